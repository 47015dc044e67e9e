"""Sums of bits whose common parts are counted once in a netlist."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.rtl.counters.sharing import Group, SharingPlan, plan_sharing

# Bits, lowest first, of a sum without its offset, as many as asked for.
Count = Callable[[BitSum, int], list[Bit]]


def shared_sums(
    totals: Sequence[BitSum], count: Count, least: int, nested: bool = True
) -> list[BitSum]:
    """The same sums, of fewer bits: what two or more have in common is counted once.

    Args:
        totals: the sums.
        count: makes the logic of a common part.
        least: bits that a common part must save, ≥ 1.
        nested: whether common parts have common parts.
    """
    terms = list(dict.fromkeys(term for total in totals for term in _terms(total)))
    column = {term: i for i, term in enumerate(terms)}
    signs = np.zeros((len(totals), len(terms)), np.int8)
    for row, total in enumerate(totals):
        for term, sign in _terms(total).items():
            signs[row, column[term]] = sign
    plan = plan_sharing(signs, [place for place, _ in terms], least, nested)
    return _Sums(plan, terms, count).of(totals)


def _terms(total: BitSum) -> dict[tuple[int, int], int]:
    """Signs by (place, signal)."""
    return {
        (place, bit.signal): -1 if bit.inverted else 1
        for place, bits in enumerate(total.columns)
        for bit in bits
    }


class _Sums:
    """Sums of a plan's rows; groups are made when a row first needs them."""

    def __init__(
        self, plan: SharingPlan, terms: Sequence[tuple[int, int]], count: Count
    ) -> None:
        self.plan, self.terms, self.count = plan, terms, count
        self.made: dict[int, BitSum] = {}

    def of(self, totals: Sequence[BitSum]) -> list[BitSum]:
        return [self._row(row, total.offset) for row, total in enumerate(totals)]

    def _row(self, row: int, offset: int = 0) -> BitSum:
        total = BitSum(offset + int(self.plan.offsets[row]))
        signs = self.plan.signs[row]
        for column in np.flatnonzero(signs[: len(self.terms)]):
            place, signal = self.terms[column]
            total.add_bit(place, Bit(signal, bool(signs[column] < 0)))
        for group in self.plan.groups:
            if signs[group.first]:
                total.add(self._group(group), int(signs[group.first]))
        return total

    def _group(self, group: Group) -> BitSum:
        if group.row not in self.made:
            total = self._row(group.row)
            # The offset is left to those who use the sum: what is counted never wraps around.
            offset, total.offset = total.offset, 0
            width = (group.highest - offset).bit_length()
            number = BitSum.of_bits(self.count(total, width))
            number.offset += offset
            self.made[group.row] = number
        return self.made[group.row]
