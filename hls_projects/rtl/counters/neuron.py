"""One neuron in LUTs: a sum of bits, then its level or the sum itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hls_projects.families.family import Family
from hls_projects.logic.bits import ONE, ZERO, Bit, complement, signed_width
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.comparator import all_at_least, at_least
from hls_projects.rtl.counters.level_steps import EvenLevels, LevelSteps, even_levels, level_steps
from hls_projects.rtl.counters.shared_sums import shared_sums
from hls_projects.rtl.planning.parallel import ParallelPlanner
from hls_projects.rtl.planning.plan import arrivals
from hls_projects.rtl.planning.planner import Planner
from hls_projects.rtl.planning.residual import Levels

# Bits that the search leaves for the residual, and LUTs above the cheapest compression that are
# tried: more compression can make a smaller residual.  Fewer bits or less slack cost LUTs.
# Larger sums, or more levels, are finished and compared instead.
LARGEST_PLANNED_SUM = 1023
MOST_PLANNED_LEVELS = 15
# More levels that are a power of two apart are bits of the sum, not comparisons with it.
MOST_COMPARED_LEVELS = 15
# Bits of a logit above its sum's own that are cheaper, or not dearer, to compute than to invert.
MOST_RIPPLED = 4


class NeuronBuilder:
    """Builds neurons into netlists; plans are kept and serve every neuron of the same shape.

    Args:
        family: whose carry chains and LUTs are used.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self.planner = ParallelPlanner(family) if family.parallel else Planner(family)

    def shared(self, netlist: Netlist, totals: Sequence[BitSum]) -> list[BitSum]:
        """The same sums, where what several have in common is counted once.

        Args:
            netlist: where the LUTs go.
            totals: of neurons of one stage, all of which are needed.
        """
        if not self.family.shared_bits:
            return list(totals)

        def count(total: BitSum, width: int) -> list[Bit]:
            return self._offset_sum(netlist, total, width)

        return shared_sums(totals, count, self.family.shared_bits, not self.family.parallel)

    def shared_logits(self, netlist: Netlist, totals: Sequence[BitSum]) -> list[BitSum]:
        """As `shared`; where LUT levels are few, logits share nothing.

        What they have in common is large, so it would be counted before the rest.
        """
        return list(totals) if self.family.parallel else self.shared(netlist, totals)

    def activated(
        self,
        netlist: Netlist,
        totals: Sequence[BitSum],
        activations: Sequence[tuple[np.ndarray, int]],
    ) -> list[BitSum]:
        """As `shared`; sums that are one LUT, or none, share nothing.

        Args:
            netlist, totals: as there.
            activations: levels and direction of each sum's neuron.
        """
        found = list(totals)
        large = [
            i
            for i, (total, (levels, direction)) in enumerate(zip(totals, activations, strict=True))
            if sum(total.heights) > self.family.luts.inputs
            and level_steps(levels.tolist(), direction, total.offset, total.highest).changes
        ]
        for i, total in zip(large, self.shared(netlist, [found[i] for i in large]), strict=True):
            found[i] = total
        return found

    def activation(
        self, netlist: Netlist, total: BitSum, levels: np.ndarray, direction: int
    ) -> list[Bit]:
        """Bits, lowest first, of how many levels v have total ≥ v (or ≤ v for direction −1).

        Args:
            netlist: where the LUTs go.
            total: the accumulator.
            levels: (2^bits − 1,), as in a threshold layer.
            direction: 1 or −1.
        """
        width = len(levels).bit_length()
        steps = level_steps(levels.tolist(), direction, total.offset, total.highest)
        if not steps.changes:
            return _constant(steps.first, width)
        if total.highest < LARGEST_PLANNED_SUM and len(levels) <= MOST_PLANNED_LEVELS:
            bits = self._planned(netlist, total, steps.table(total.highest), width)
            if bits is not None:
                return bits
        if direction > 0 and len(levels) > MOST_COMPARED_LEVELS:
            even = even_levels(levels, total.offset, total.highest)
            if even is not None:
                return self._divided(netlist, total, even, width)
        return self._compared(netlist, total, steps, width)

    def comparisons(
        self, netlist: Netlist, total: BitSum, levels: Iterable[int]
    ) -> dict[int, Bit]:
        """For each level whether a number is at least the level; see rtl.counters.comparator."""
        values = {level: level - total.offset for level in levels}
        inside = [value for value in values.values() if 0 < value <= total.highest]
        bits = self._binary(netlist, total.columns, total.highest.bit_length()) if inside else []
        reached = all_at_least(netlist, bits, inside)
        return {
            level: reached.get(value, ONE if value <= 0 else ZERO)
            for level, value in values.items()
        }

    def logit(self, netlist: Netlist, total: BitSum, width: int) -> list[Bit]:
        """The sum and its offset in two's complement, `width` bits, lowest first.

        Far above the sum's own bits there is only the offset, with or without a carry: no logic.
        """
        own = total.highest.bit_length()
        if width <= own + MOST_RIPPLED:
            return self._offset_sum(netlist, total, width)
        *low, carry = self._offset_sum(netlist, total, own + 1, total.offset % (1 << own))
        without, with_carry = total.offset >> own, (total.offset >> own) + 1
        high = (
            _chosen(without >> place & 1, with_carry >> place & 1, carry)
            for place in range(width - own)
        )
        return [*low, *high]

    def _offset_sum(
        self, netlist: Netlist, total: BitSum, width: int, offset: int | None = None, *,
        wide: bool = False,
    ) -> list[Bit]:
        """The sum and an offset, by default its own, modulo 2^width; `wide` as for a plan."""
        offset = total.offset if offset is None else offset
        columns = [list(column) for column in total.columns]
        columns += [[] for _ in range(width - len(columns))]
        for place in range(width):
            if offset >> place & 1:
                columns[place].append(ONE)
        return self._binary(netlist, columns[:width], width, wide)

    def _planned(
        self, netlist: Netlist, total: BitSum, table: Levels, width: int
    ) -> list[Bit] | None:
        """Counters, then a function of the few bits they leave; None where no plan was found."""
        # Sums above the highest only occur in bit patterns that no input reaches.
        levels = table + table[-1:] * (3 * len(table) + 64)
        plan = self.planner.level(arrivals(netlist, total.columns), levels)
        if plan is None:
            return None
        return plan.level(netlist, self.family.chain, total.columns, levels, width)

    def _binary(
        self, netlist: Netlist, columns: Sequence[Sequence[Bit]], width: int,
        wide: bool = False,
    ) -> list[Bit]:
        """The sum of columns of bits modulo 2^width."""
        plan = self.planner.number(arrivals(netlist, columns), width, wide)
        return plan.number(netlist, self.family.chain, columns, width)

    def _divided(
        self, netlist: Netlist, total: BitSum, even: EvenLevels, width: int
    ) -> list[Bit]:
        """⌊(sum + shift) / 2^places⌋: higher bits of a sum, kept within 0 … most."""
        shifted = BitSum(even.shift)
        shifted.columns = [list(column) for column in total.columns]
        own = signed_width(even.shift, even.shift + total.highest)
        # Activations of so many levels follow weights of many bits: columns are many and tall.
        bits = self._offset_sum(
            netlist, shifted, max(own, even.places + width + 1), wide=True
        )
        low, rest = bits[: even.places], bits[even.places :]
        number, high = rest[:width], rest[width:]
        if even.to_even:
            (above,) = any_of(netlist, low)
            number[0] = netlist.lut_bits([number[0], above], lambda raw: (raw[0] & raw[1],))[0]
        negative, (beyond,) = high[-1], any_of(netlist, high[:-1])
        return [
            netlist.lut_bits([bit, negative, beyond], _clipped)[0] for bit in number
        ]

    def _compared(
        self, netlist: Netlist, total: BitSum, steps: LevelSteps, width: int
    ) -> list[Bit]:
        """The finished sum, compared with every value where the level changes; their count.

        The level moves one way with the sum: level = first ± number of changes that were reached.
        """
        bits = self._binary(netlist, total.columns, total.highest.bit_length())
        level = BitSum(steps.first)
        for value, change in steps.changes.items():
            reached = at_least(netlist, bits, value)
            for _ in range(abs(change)):
                level.add_bit(0, reached, 1 if change > 0 else -1)
        return self.logit(netlist, level, width)


def any_of(netlist: Netlist, bits: Sequence[Bit]) -> list[Bit]:
    """Whether one of some bits is 1, a tree of LUTs; one bit, 0 of none."""
    found = list(bits)
    while len(found) > 1:
        parts = (found[first : first + 4] for first in range(0, len(found), 4))
        found = [
            netlist.lut_bits(part, lambda raw: (int(any(raw)),))[0] if len(part) > 1 else part[0]
            for part in parts
        ]
    return found or [ZERO]


def _clipped(raw: Sequence[int]) -> tuple[int]:
    """A bit of a number kept within 0 … 2^bits − 1: 0 below it, 1 beyond."""
    bit, negative, beyond = raw
    return (int((bit or beyond) and not negative),)


def _chosen(without: int, with_carry: int, carry: Bit) -> Bit:
    """One of two constants by a carry."""
    if without == with_carry:
        return ONE if without else ZERO
    return carry if with_carry else complement(carry)


def _constant(value: int, width: int) -> list[Bit]:
    return [ONE if value >> place & 1 else ZERO for place in range(width)]
