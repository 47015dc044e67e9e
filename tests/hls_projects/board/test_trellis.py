"""Tools for bitstreams that fail are named."""

import pytest

from hls_projects.board.device.trellis import TrellisError, pack, unpack


def test_a_tool_that_fails_is_named(tmp_path):
    (tmp_path / "board.config").write_text(".device LFE9\n")
    with pytest.raises(TrellisError, match="run_ecppack failed"):
        pack(tmp_path / "board.config", tmp_path / "board.bit")
    with pytest.raises(TrellisError, match="run_ecpunpack failed"):
        unpack(tmp_path / "board.bit", tmp_path / "board.config")
    with pytest.raises(TrellisError, match="run_ecppack reached its time limit of 0.01 s"):
        pack(tmp_path / "board.config", tmp_path / "board.bit", seconds=0.01)
