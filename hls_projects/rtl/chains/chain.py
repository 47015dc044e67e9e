"""What a carry chain is to the search for counters, to netlists and to Verilog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hls_projects.logic.columns import Heights
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.moves import Open, Path, Step

if TYPE_CHECKING:
    from hls_projects.rtl.counters.compressor import Compressor


class Chain:
    """Counters that a family has; one instance a kind of carry chain, and one for LUTs alone."""

    rows = 2
    """Numbers that `last_sum` adds."""

    def last_sum(self, heights: Heights, width: int) -> Path:
        """One chain for the sum modulo 2^width of at most `rows` numbers."""
        return self.binary_sum(heights, width)

    def columns(self, heights: Heights) -> int | None:
        """Columns that compressions keep, those that the sum can reach; None keeps all."""
        return None

    def steps(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        """Every (cost in LUTs, move, heights after, open chain after)."""
        raise NotImplementedError

    def ripples(self, heights: Heights, open_at: Open) -> Iterable[Step]:
        """Half adders, which take no bit away but leave one bit in a column."""
        raise NotImplementedError

    def reduce(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        """Without search: the largest counters until at most `target` bits are left."""
        raise NotImplementedError

    def reduce_further(self, heights: Heights, target: int) -> tuple[Heights, Path]:
        """As `reduce`, by smaller counters too; here nothing more."""
        return heights, ()

    def binary_sum(self, heights: Heights, width: int) -> Path:
        """Without search: moves that leave at most one bit in each of the lowest columns."""
        raise NotImplementedError

    def build(self, compressor: Compressor, path: Path) -> None:
        """Executes moves in order, on real bits."""
        raise NotImplementedError

    def cells(self, netlist: Netlist) -> int:
        """Carry cells of a netlist."""
        return 0

    def lines(self, netlist: Netlist, names: dict[int, str]) -> list[str]:
        """Verilog of chains that several counters share."""
        return []
