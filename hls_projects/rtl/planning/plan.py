"""How columns of bits become a level or a number: what a planner finds, and how it is made."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from hls_projects.logic.bits import ZERO, Bit
from hls_projects.logic.columns import Heights
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.chains.chain import Chain
from hls_projects.rtl.counters.compressor import Compressor
from hls_projects.rtl.counters.moves import Path
from hls_projects.rtl.planning.residual import Levels, Merge, Values, build


class Plan(NamedTuple):
    """Counters side by side, then those of a chain one after another, then merges of classes.

    Attributes:
        rounds: moves of counters in LUTs; those of one round take nothing that it makes.
        path: moves of the family's chain.
        merge: the first merge; None if a truth table, or nothing, follows at once.
    """

    rounds: tuple[Path, ...] = ()
    path: Path = ()
    merge: Merge | None = None

    def compress(
        self, netlist: Netlist, chain: Chain, columns: Sequence[Sequence[Bit]]
    ) -> list[list[Bit]]:
        """Columns after the counters."""
        compressor = Compressor(netlist, [list(column) for column in columns])
        for path in self.rounds:
            taken = [(move.place, compressor.take(move.place, move.bits)) for move in path]
            for place, bits in taken:
                compressor.put_sum(place, bits)
        chain.build(compressor, self.path)
        return compressor.columns

    def level(
        self, netlist: Netlist, chain: Chain, columns: Sequence[Sequence[Bit]], levels: Levels,
        width: int,
    ) -> list[Bit]:
        """`width` bits, lowest first: levels[sum of the columns]."""
        kept = chain.columns(tuple(map(len, columns)))
        left = self.compress(netlist, chain, columns)[:kept]
        found = [((0, 1 << place), [bit]) for place, column in enumerate(left) for bit in column]
        return build(netlist, found, levels, self.merge, width)

    def number(
        self, netlist: Netlist, chain: Chain, columns: Sequence[Sequence[Bit]], width: int
    ) -> list[Bit]:
        """The sum of the columns modulo 2^width, lowest bit first."""
        left = self.compress(netlist, chain, columns)[:width]
        found = [column[0] if column else ZERO for column in left]
        return found + [ZERO] * (width - len(found))


# Heights of the bits that are there after so many LUT levels.
Arrivals = tuple[Heights, ...]


def arrivals(netlist: Netlist, columns: Sequence[Sequence[Bit]]) -> Arrivals:
    """Heights of the bits of columns by when they are there."""
    times = [[netlist.depth[bit.signal] for bit in column] for column in columns]
    last = max((time for column in times for time in column), default=0)
    return tuple(
        _trimmed([sum(own == time for own in column) for column in times])
        for time in range(last + 1)
    )


def together(*several: Heights) -> Heights:
    """Heights of all bits."""
    columns = itertools.zip_longest(*several, fillvalue=0)
    return _trimmed([sum(column) for column in columns])


def _trimmed(heights: list[int]) -> Heights:
    """Without empty columns at the top; one column at least."""
    while len(heights) > 1 and not heights[-1]:
        heights.pop()
    return tuple(heights)


def groups(heights: Heights) -> tuple[Values, ...]:
    """What each bit that is left stands for."""
    return tuple(sorted((0, 1 << place) for place, n in enumerate(heights) for _ in range(n)))
