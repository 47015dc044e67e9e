"""Boards as data: those that come with the package, and a user's own."""

import pytest

from hls_projects.board.board_file import BOARDS, DEVICES, BoardFile, board_names, find_board
from hls_projects.board.fit import BLOCK_RAMS, TooLargeForBoard, check_fits, check_memories
from hls_projects.board.wrapper import constraints


def test_every_board_can_be_read_and_names_its_source():
    assert {"ulx3s-12f", "ulx3s-85f", "orangecrab-25f", "colorlight-i5", "colorlight-i9",
            "ecpix5-85f"} <= set(board_names())
    for name in board_names():
        board = find_board(name)
        assert board.name == name and "litex-boards" in board.source
        assert all(f'SITE "{pin}"' in constraints(board) for pin in (board.rx, board.tx))


def test_a_board_of_ones_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text((BOARDS / "colorlight-i5.yaml").read_text().replace("rx: H18", "rx: A4"))
    assert find_board(str(path)).rx == "A4"
    assert 'LOCATE COMP "rx" SITE "A4"' in constraints(BoardFile.read(path))


@pytest.mark.parametrize(("old", "new", "message"), [
    ("device: LFE5U-25F", "device: iCE40", "`device` must be one of LFE5U-12F"),
    ("speed: 6", "speed: 5", "`speed` must be one of 6, 7, 8"),
    ("rx: H18", "rx: 7", "`rx` has a value of another type. Received: 7"),
    ("rx: H18", "rx: rx", "`rx` must be a pin of the package, as in G2. Received: 'rx'"),
    ("rx: H18", "rx: J17", "each pin must have one use"),
    ("megahertz: 25", "megahertz: 1", "`megahertz` must be 4 to 400"),
    ("speed: 6", "baud: 300", "`baud` must be|without"),
    ("speed: 6", "", "without .'speed'."),
    ("speed: 6", "speed: 6\nsped: 7", "unknown .'sped'."),
    ("{bitstream}", "", "`load` must name {bitstream}"),
    ("speed: 6", "speed: [", "describes no board"),
])
def test_what_is_no_board_is_named(tmp_path, old, new, message):
    path = tmp_path / "mine.yaml"
    path.write_text((BOARDS / "colorlight-i5.yaml").read_text().replace(old, new))
    with pytest.raises(ValueError, match=message) as error:
        find_board(str(path))
    assert str(path) in str(error.value)


def test_an_unknown_board_is_named():
    with pytest.raises(ValueError, match="`--board` must be one of .*ulx3s-12f.* or a .yaml file"):
        find_board("ulx4s")


def test_what_is_too_large_is_refused_with_boards_that_it_fits():
    board = find_board("ulx3s-12f")
    check_fits(24_288, 10, board)
    with pytest.raises(TooLargeForBoard, match=r"30,000 LUT4, 1.24 times the 24,288 of ulx3s-12f "
                                               r"\(LFE5U-12F\); it would fit .*ulx3s-45f") as error:
        check_fits(30_000, 10, board)
    assert {"ulx3s-45f", "ulx3s-85f", "colorlight-i9"} <= set(error.value.fitting)
    assert "ulx3s-25f" not in error.value.fitting
    with pytest.raises(TooLargeForBoard, match="90,000 flip-flops.*no board has them"):
        check_fits(5, 90_000, board)
    assert max(cells for _, cells in DEVICES.values()) < 90_000


def test_a_self_test_of_too_many_samples_is_refused():
    assert {cells for _, cells in DEVICES.values()} == set(BLOCK_RAMS)
    check_memories(56, find_board("ulx3s-12f"))
    with pytest.raises(ValueError, match="at most the 56 block RAMs of ulx3s-12f.*Received: 57"):
        check_memories(57, find_board("ulx3s-12f"))
