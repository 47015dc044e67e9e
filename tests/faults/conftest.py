"""What several tests of faults start from."""

from __future__ import annotations

import pytest

from tests.faults.kill_and_resume import WORKS, run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder with a finished run, runs/run, that nobody interrupted."""
    folder = tmp_path_factory.mktemp("trained")
    run(WORKS["train"], folder, lambda: None, bool)
    return folder
