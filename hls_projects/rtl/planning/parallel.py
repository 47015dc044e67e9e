"""Few LUT levels from columns of bits to a level, or to a number: counters side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hls_projects.families.family import Family
from hls_projects.rtl.planning.class_tree import ClassTree
from hls_projects.rtl.planning.plan import Arrivals, Plan, groups
from hls_projects.rtl.planning.planner import Planner
from hls_projects.rtl.planning.residual import Levels
from hls_projects.rtl.planning.rounds import Ends, further, last_round
from hls_projects.rtl.planning.search import path_luts

# LUT levels of merges after the counters, at most.
MERGED = 3


class ParallelPlanner(Planner):
    """Plans of fewest LUT levels, among them of fewest LUTs; keeps what it found.

    Args:
        family: whose LUTs are used, and whose carry chain for the last sum of a few numbers.
    """

    def __init__(self, family: Family) -> None:
        super().__init__(family)
        self.tree = ClassTree(family)
        self.level = lru_cache(None)(self._level)
        self.number = lru_cache(None)(self._number)
        self.rounds = lru_cache(None)(self._rounds)

    def _level(self, arriving: Arrivals, levels: Levels) -> Plan | None:
        """Rounds of counters, then merges."""
        bits = sum(map(sum, arriving))
        for depth in range(len(arriving), len(arriving) + bits):
            plans = list(self._plans(arriving, levels, depth))
            if plans:
                return min(plans, key=lambda found: found[0])[1]
        return None

    def _plans(
        self, arriving: Arrivals, levels: Levels, depth: int
    ) -> Iterator[tuple[int, Plan]]:
        """LUTs and plan, of so many LUT levels."""
        for merged in range(1, min(depth - len(arriving) + 1, MERGED) + 1):
            for left, counted in self.rounds(arriving, depth - merged).items():
                found = self.tree.chained(groups(left), levels, merged)
                if found is not None:
                    luts, merge = found
                    yield luts + sum(map(path_luts, counted)), Plan(counted, (), merge)

    def _rounds(self, arriving: Arrivals, count: int) -> Ends:
        """What so many LUT levels of counters can leave."""
        if not count:
            return {arriving[0]: ()}
        return further(self.rounds(arriving, count - 1), arriving)

    def _number(self, arriving: Arrivals, width: int, wide: bool = False) -> Plan:
        """The fewest rounds until few numbers are left, then their sum on one chain.

        Nothing is searched for, so `wide` makes no difference.
        """
        chain = self.family.chain
        ends: Ends = {arriving[0]: ()}
        for _ in arriving[1:]:
            ends = further(ends, arriving, width)
        while min(map(max, ends)) > chain.rows:
            found = {}
            for before, paths in ends.items():
                if last := last_round(before, width, chain.rows):
                    found.setdefault(last[0], (*paths, last[1]))
            ends = found or further(ends, arriving, width)
        left, counted = min(
            ends.items(), key=lambda end: (max(end[0]) > chain.rows, sum(map(path_luts, end[1])))
        )
        path = chain.last_sum(left, width) if max(left) > 1 else ()
        return Plan(counted, path)
