"""Whatever is changed in a project, nothing that is proved of it is wrong."""

from __future__ import annotations

import pytest

from tests.hls_projects.proof.cpp.changes import NETWORKS, try_changes


@pytest.mark.parametrize("name", ["images", "branches"])
def test_no_change_is_proved_and_wrong(tmp_path, name):
    verdicts, wrong = try_changes(NETWORKS[name](), tmp_path, 25, 3, io_type="io_stream")
    assert wrong == []
    assert verdicts["different"] > 2 and verdicts["not read"] > 2
