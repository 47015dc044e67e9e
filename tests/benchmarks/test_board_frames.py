"""Damaged frames over the simulated wire, a small share of the 10,000 of docs/board.md."""

from benchmarks.board_frames import DAMAGES, run
from hls_projects.board.protocol import Failure
from tests.hls_projects.networks import network


def test_no_damaged_frame_gets_a_wrong_answer_or_stops_the_board():
    counts = run(network((16, 8, 4)), 640)
    assert sum(counts[kind] for kind in DAMAGES) == 640
    assert counts["answered exactly"] >= 640
    assert {name for name in counts if name in Failure.__members__} >= {
        "NO_START", "BAD_CHECKSUM", "OTHER_NETWORK", "LOST_BYTE", "BAD_LENGTH"}
