"""Counters on CARRY4: see hls_projects.rtl.counters.moves for what each takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import Heights
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.chains.carry4_counters import CarryChain, Segment, build_chain
from hls_projects.rtl.chains.chain import Chain
from hls_projects.rtl.counters.moves import (
    CELLS,
    CLOSED,
    Move,
    Open,
    Path,
    Step,
    carry_steps,
    changed,
    lut_steps,
)
from hls_projects.rtl.planning.greedy import binary_sum, reduce_full, reduce_further

if TYPE_CHECKING:
    from hls_projects.rtl.counters.compressor import Compressor


IN_LUTS = ("FA", "C63")


@dataclass(frozen=True)
class Carry4(Chain):
    """Chains of four positions a cell, whose LUTs have two outputs.

    Args:
        positions: whether occupied LUT positions are minimized, which takes counters in LUTs
            where a chain saves nothing; LUT cells otherwise.
    """

    positions: bool = False

    rows = 3

    def last_sum(self, heights: Heights, width: int) -> Path:
        """Three numbers: each position takes the parity of a column and the carry of the last."""
        if max(heights) < 3:
            return self.binary_sum(heights, width)
        first = next(place for place, height in enumerate(heights) if height > 1)
        end = min(width, len(heights) + 1)
        columns = (*heights, 0)[first:end]
        moves = [Move("T", first + i, height) for i, height in enumerate(columns)]
        return (*moves, Move("close", end))

    def steps(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        if not self.positions:
            for _, move, after, still_open in carry_steps(heights, open_at):
                yield CELLS[move.kind], move, after, still_open
            return
        if open_at == CLOSED:
            yield from lut_steps(heights)
        yield from carry_steps(heights, open_at)

    def ripples(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        if open_at == CLOSED:
            for place, height in enumerate(heights):
                if height == 2:
                    if self.positions:
                        after = changed(heights, (place, -1), (place + 1, 1))
                        yield 1, Move("FA", place, 2), after, CLOSED
                    yield 1, Move("F", place, 2), changed(heights, (place, -1)), place + 1
        elif open_at < len(heights) and heights[open_at] == 1:
            yield 1, Move("F", open_at, 1), heights, open_at + 1

    def reduce(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        return reduce_full(heights, target, carries=True)

    def reduce_further(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        return reduce_further(heights, target)

    def binary_sum(self, heights: Heights, width: int) -> Path:
        return binary_sum(heights, carries=True)[1]

    def build(self, compressor: Compressor, path: Path) -> None:
        segments: list[Segment] = []
        for move in path:
            if move.kind == "close":
                _close(compressor, segments)
                segments = []
            elif move.kind in IN_LUTS:
                compressor.put_sum(move.place, compressor.take(move.place, move.bits))
            else:
                bits = compressor.take(move.place, move.bits)
                more = self._more(compressor, move, segments)
                segments.append(Segment(move.kind, move.place, bits, more))

    def _more(self, compressor: Compressor, move: Move, before: list[Segment]) -> list[Bit]:
        """What a counter takes of other columns."""
        if move.kind == "T":
            return before[-1].bits if before else []
        return compressor.take(move.place + 1, 1) if move.kind == "A14" else []

    def cells(self, netlist: Netlist) -> int:
        return sum(node.cells for node in netlist.nodes if isinstance(node, CarryChain))


def _close(compressor: Compressor, segments: list[Segment]) -> None:
    """A single adder is no chain, but one LUT."""
    if len(segments) == 1 and segments[0].kind == "F":
        compressor.put_sum(segments[0].place, segments[0].bits)
        return
    for place, bit in build_chain(compressor.netlist, segments):
        compressor.put(place, bit)


CARRY4 = Carry4()
