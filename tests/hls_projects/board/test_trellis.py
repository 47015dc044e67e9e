"""Tools for bitstreams that fail say why."""

import pytest

from hls_projects.board.device.trellis import TrellisError, pack, unpack


def test_the_tools_own_message_is_shown(tmp_path):
    (tmp_path / "board.config").write_text(".device LFE9\n")
    with pytest.raises(TrellisError, match="run_ecppack failed:\n.*LFE9"):
        pack(tmp_path / "board.config", tmp_path / "board.bit")
    with pytest.raises(TrellisError, match="run_ecpunpack failed"):
        unpack(tmp_path / "board.bit", tmp_path / "board.config")
    with pytest.raises(TrellisError, match="run_ecppack reached its time limit of 0.01 s"):
        pack(tmp_path / "board.config", tmp_path / "board.bit", seconds=0.01)
