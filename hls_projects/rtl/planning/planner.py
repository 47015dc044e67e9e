"""The fewest LUTs from columns of bits to a level, or to a number."""

from __future__ import annotations

from functools import lru_cache

from hls_projects.families.family import Family
from hls_projects.logic.columns import Heights
from hls_projects.rtl.planning.plan import Arrivals, Plan, groups, together
from hls_projects.rtl.planning.residual import TOO_MANY, Levels, ResidualPlanner
from hls_projects.rtl.planning.search import CompressionSearch


class Planner:
    """Plans of fewest LUTs; keeps what it found, which serves every neuron of the same shape.

    Args:
        family: whose carry chains and LUTs are used.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self.search = CompressionSearch(family)
        self.residuals = ResidualPlanner(family)
        self._cheapest = lru_cache(None)(self._find)
        self._sum = lru_cache(None)(self._count)

    def level(self, arriving: Arrivals, levels: Levels) -> Plan | None:
        """How columns of bits become the level of their sum; None where no plan was found.

        Args:
            arriving: heights of the columns, by when bits are there.
            levels: the level of each sum, patterns of bits that no input reaches included.
        """
        return self._cheapest(together(*arriving), levels)

    def number(self, arriving: Arrivals, width: int, wide: bool = False) -> Plan:
        """How the lowest `width` columns become their sum modulo 2^width, a bit a column.

        Args:
            arriving: as for `level`.
            width: bits of the sum.
            wide: see CompressionSearch.frontier; of sums of which there are many columns.
        """
        return self._sum(together(*arriving), width, wide)

    def _find(self, heights: Heights, levels: Levels) -> Plan | None:
        """The compression and residual of fewest LUTs."""
        best: Plan | None = None
        fewest = TOO_MANY
        limit = max(self.family.residual_bits, self.family.chain.columns(heights) or 0)
        for compression in self.search.frontier(heights, limit, self.family.slack):
            left = groups(compression.heights)
            bound = self.residuals.lower_bound(left, levels)
            if compression.luts + bound >= fewest:
                continue
            luts, merge = self.residuals.plan(left, levels)
            if compression.luts + luts < fewest:
                fewest = compression.luts + luts
                best = Plan(path=compression.path, merge=merge)
        return best

    def _count(self, heights: Heights, width: int, wide: bool) -> Plan:
        if max(heights) <= 1:
            return Plan()
        return Plan(path=self.search.binary_sum(heights, width, wide=wide))
