"""Counters in LUTs alone: full adders, and 6 bits to 3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hls_projects.logic.columns import Heights
from hls_projects.rtl.chains.chain import Chain
from hls_projects.rtl.counters.moves import CLOSED, Move, Open, Path, Step, changed, lut_steps
from hls_projects.rtl.planning.greedy import binary_sum, reduce_full

if TYPE_CHECKING:
    from hls_projects.rtl.counters.compressor import Compressor


class LutCounters(Chain):
    """No carry chains."""

    def steps(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        return lut_steps(heights)

    def ripples(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        for place, height in enumerate(heights):
            if height == 2:
                after = changed(heights, (place, -1), (place + 1, 1))
                yield 1, Move("FA", place, 2), after, CLOSED

    def reduce(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        return reduce_full(heights, target, carries=False)

    def binary_sum(self, heights: Heights, width: int) -> Path:
        return binary_sum(heights, carries=False)[1]

    def build(self, compressor: Compressor, path: Path) -> None:
        for move in path:
            compressor.put_sum(move.place, compressor.take(move.place, move.bits))


LUT_COUNTERS = LutCounters()
