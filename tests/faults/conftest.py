"""What several tests of faults start from."""

from __future__ import annotations

import pytest

from tests.commands import in_process
from tests.faults.kill_and_resume import TRAINING
from training.command import main


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder with a finished run, runs/run, that nobody interrupted."""
    folder = tmp_path_factory.mktemp("trained")
    assert in_process(main, *TRAINING, cwd=folder).returncode == 0
    return folder
