"""Counters on ECP5's CCU2C: see ccu2c_moves for what each takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import Heights
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.chains.ccu2c_counters import build_counter
from hls_projects.rtl.chains.ccu2c_moves import (
    ccu2c_binary_sum,
    ccu2c_reduce,
    ccu2c_ripples,
    ccu2c_steps,
)
from hls_projects.rtl.chains.ccu2c_verilog import ccu2c_cells, ccu2c_lines
from hls_projects.rtl.chains.chain import Chain
from hls_projects.rtl.counters.moves import Open, Path, Step

if TYPE_CHECKING:
    from hls_projects.rtl.counters.compressor import Compressor


class Ccu2c(Chain):
    """Chains of LUT4s with a carry, two to a cell."""

    def columns(self, heights: Heights) -> int | None:
        return sum(height << place for place, height in enumerate(heights)).bit_length()

    def steps(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        return ccu2c_steps(heights, open_at)

    def ripples(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        return ccu2c_ripples(heights, open_at)

    def reduce(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        return ccu2c_reduce(heights, target, self.columns(heights))

    def binary_sum(self, heights: Heights, width: int) -> Path:
        return ccu2c_binary_sum(heights, width)[1]

    def build(self, compressor: Compressor, path: Path) -> None:
        positions: list[list[Bit]] = []
        for move in path:
            if move.kind == "carry out":
                _count(compressor, move.place - len(positions) + 1, positions)
                positions = []
            else:
                positions.append(compressor.take(move.place, move.bits))

    def cells(self, netlist: Netlist) -> int:
        return ccu2c_cells(netlist)

    def lines(self, netlist: Netlist, names: dict[int, str]) -> list[str]:
        return ccu2c_lines(netlist, names)


def _count(compressor: Compressor, place: int, taken: list[list[Bit]]) -> None:
    """The carry in, then the bits of each position."""
    (carry_in,), *positions = taken
    if len(positions) == 1:
        compressor.put_sum(place, [carry_in, *positions[0]])
        return
    for column, bit in build_counter(compressor.netlist, place, carry_in, positions):
        compressor.put(column, bit)


CCU2C = Ccu2c()
