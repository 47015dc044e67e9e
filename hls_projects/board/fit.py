"""Whether a design fits a board, and which boards it would fit."""

from __future__ import annotations

from hls_projects.board.board_file import BOARDS, BoardFile, board_names


class TooLargeForBoard(ValueError):
    """A network needs more cells than a board's device has; nothing was routed.

    Attributes:
        needed, available: LUT4s or flip-flops, whichever exceeds the device further.
        fitting: names of boards whose device has enough.
    """

    def __init__(self, cells: str, needed: int, board: BoardFile) -> None:
        self.needed, self.available = needed, board.cells
        others = [BoardFile.read(BOARDS / f"{name}.yaml") for name in board_names()]
        self.fitting = tuple(other.name for other in others if other.cells >= needed)
        instead = f"it would fit {', '.join(self.fitting)}" if self.fitting else "no board has them"
        super().__init__(
            f"the network needs {needed:,} {cells}, {needed / board.cells:.2f} times the "
            f"{board.cells:,} of {board.name} ({board.device}); {instead}"
        )


# Block RAMs of 18 kbit in devices of so many LUT4s.
BLOCK_RAMS = {24_288: 56, 43_848: 108, 83_640: 208}


def check_memories(needed: int, board: BoardFile) -> None:
    """Refuses a self-test of more samples than the board's block RAMs hold, before it is routed.

    Raises:
        ValueError: naming how many block RAMs there are.
    """
    if needed > BLOCK_RAMS[board.cells]:
        raise ValueError(
            f"the design must need at most the {BLOCK_RAMS[board.cells]} block RAMs of "
            f"{board.name}: ask for fewer samples with `--self-test`. Received: {needed}"
        )


def check_fits(luts: int, ffs: int, board: BoardFile) -> None:
    """Refuses a design before it is routed.

    Args:
        luts: LUT4s, two for every CCU2C.
        ffs: flip-flops.
        board: the board.

    Raises:
        TooLargeForBoard: naming the boards that it would fit.
    """
    cells, most = max(("LUT4", luts), ("flip-flops", ffs), key=lambda pair: pair[1])
    if most > board.cells:
        raise TooLargeForBoard(cells, most, board)
