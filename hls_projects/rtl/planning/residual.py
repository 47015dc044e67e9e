"""A function of few bits that are left of a sum, in the fewest LUTs, without finishing the sum.

Bits whose partial sums lead to the same levels whatever the other bits are fall into one class;
merging bits into the number of their class takes bits away until one LUT6 or LUT6_2 holds the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hls_projects.families.family import Family
from hls_projects.families.luts import TOO_MANY
from hls_projects.logic.bits import Bit
from hls_projects.logic.netlist import Netlist

# The numbers that a group of bits stands for, by the value that the bits encode.
Values = tuple[int, ...]
Levels = tuple[int, ...]

MERGES = 9


@dataclass(frozen=True)
class Merge:
    """Replace the groups `taken` by `bits` bits that encode the class of their sum.

    Attributes:
        codes: class of each sum.
        values: one representative sum of each class; the numbers the new bits stand for.
        rest: what follows; None if the levels follow at once.
    """

    taken: tuple[Values, ...]
    codes: dict[int, int]
    values: Values
    bits: int
    rest: Merge | None


Plan = tuple[int, Merge | None]


class ResidualPlanner:
    """Plans for groups of bits and a table of levels; keeps what it found."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.plan = lru_cache(None)(self._plan)
        self.outputs = lru_cache(None)(varying_outputs)

    def lower_bound(self, groups: tuple[Values, ...], levels: Levels) -> int:
        """LUTs that any plan takes at least."""
        outputs = self.outputs(groups, levels)
        bits = len(groups)
        if bits <= 1 or not outputs:
            return 0
        return self.family.luts.least(bits, outputs)

    def _plan(self, groups: tuple[Values, ...], levels: Levels, merges: int = MERGES) -> Plan:
        """(LUTs, first merge) of sorted groups; TOO_MANY LUTs if there is no plan."""
        bits = sum(map(code_bits, groups))
        outputs = self.outputs(groups, levels)
        if not outputs or bits == 1:
            return 0, None
        best: Plan = (self._table_luts(bits, outputs), None)
        if merges <= 0 or bits <= self.family.luts.inputs:
            return best
        for taken, rest in _choices(groups, bits):
            best = min(best, self._merged(taken, rest, levels, min(merges, best[0] - 1)), key=_luts)
        return best

    def _merged(
        self, taken: tuple[Values, ...], rest: tuple[Values, ...], levels: Levels, merges: int
    ) -> Plan:
        """A plan that merges `taken` first, of at most about `merges` LUTs."""
        others = sorted(sums(rest))
        classes: dict[Levels, list[int]] = {}
        for partial in sorted(sums(taken)):
            key = tuple([levels[partial + other] for other in others])
            classes.setdefault(key, []).append(partial)
        bits = (len(classes) - 1).bit_length()
        before = sum(map(code_bits, taken))
        luts = self._table_luts(before, bits)
        if bits >= before or luts > merges:
            return TOO_MANY, None
        first = [members[0] for members in classes.values()]
        values = tuple(first + [first[-1]] * ((1 << bits) - len(first)))
        groups = tuple(sorted((*rest, values))) if bits else rest
        more, following = self.plan(groups, levels, merges - luts)
        codes = {sum_: i for i, members in enumerate(classes.values()) for sum_ in members}
        return luts + more, Merge(taken, codes, values, bits, following)

    def _table_luts(self, inputs: int, outputs: int) -> int:
        """LUTs of truth tables over the same inputs."""
        return self.family.luts.tables(inputs, outputs)


def code_bits(values: Values) -> int:
    return (len(values) - 1).bit_length()


def sums(groups: Iterable[Values]) -> set[int]:
    """Every sum of one number from each group."""
    total = {0}
    for values in groups:
        total = {a + b for a in total for b in set(values)}
    return total


def _luts(plan: Plan) -> int:
    return plan[0]


def varying_outputs(groups: tuple[Values, ...], levels: Levels) -> int:
    """Output bits that are not constant, equal ones and complements counted once."""
    reached = [levels[total] for total in sorted(sums(groups))]
    tables = [
        tuple(level >> place & 1 for level in reached) for place in range(max(levels).bit_length())
    ]
    canonical = {min(table, tuple(1 - entry for entry in table)) for table in tables}
    return sum(len(set(table)) > 1 for table in canonical)


def _choices(
    groups: tuple[Values, ...], bits: int
) -> Iterator[tuple[tuple[Values, ...], tuple[Values, ...]]]:
    """(taken, rest) with 3 to 6 bits taken; only the lowest ones where there are many bits."""
    kinds = sorted(set(groups))
    counts = [groups.count(kind) for kind in kinds]
    every = itertools.product(*(range(count + 1) for count in counts))
    for numbers in every if bits <= 10 else [_lowest(kinds, counts)]:
        taken = sum(number * code_bits(kind) for number, kind in zip(numbers, kinds, strict=True))
        if 3 <= taken <= 6 and taken < bits:
            left = [count - number for count, number in zip(counts, numbers, strict=True)]
            yield _repeated(kinds, numbers), _repeated(kinds, left)


def _repeated(kinds: Sequence[Values], numbers: Sequence[int]) -> tuple[Values, ...]:
    return tuple(kind for kind, n in zip(kinds, numbers, strict=True) for _ in range(n))


def _lowest(kinds: Sequence[Values], counts: Sequence[int]) -> list[int]:
    numbers, bits = [0] * len(kinds), 0
    for i in sorted(range(len(kinds)), key=lambda i: max(kinds[i])):
        while numbers[i] < counts[i] and bits + code_bits(kinds[i]) <= 5:
            numbers[i] += 1
            bits += code_bits(kinds[i])
    return numbers


Group = tuple[Values, list[Bit]]


def build(
    netlist: Netlist, groups: list[Group], levels: Levels, merge: Merge | None, outputs: int
) -> list[Bit]:
    """Makes a plan: `outputs` bits, the level of the groups' sum, lowest bit first."""
    while merge is not None:
        groups = _build_merge(netlist, groups, merge)
        merge = merge.rest
    return netlist.lut_bits(
        [bit for _, bits in groups for bit in bits],
        lambda raw: _binary(levels[_total(groups, raw)], outputs),
    )


def _build_merge(netlist: Netlist, groups: list[Group], merge: Merge) -> list[Group]:
    left = sorted(groups, key=lambda group: max(netlist.depth[bit.signal] for bit in group[1]))
    used: list[Group] = []
    for values in merge.taken:
        used.append(left.pop(next(i for i, group in enumerate(left) if group[0] == values)))
    if not merge.bits:
        return left
    made = netlist.lut_bits(
        [bit for _, bits in used for bit in bits],
        lambda raw: _binary(merge.codes[_total(used, raw)], merge.bits),
    )
    return [*left, (merge.values, made)]


def _binary(value: int, bits: int) -> tuple[int, ...]:
    return tuple(value >> place & 1 for place in range(bits))


def _total(groups: Sequence[Group], raw: list[int]) -> int:
    """Sum of the numbers that the groups' raw bits stand for."""
    total = first = 0
    for values, bits in groups:
        code = sum(raw[first + i] << i for i in range(len(bits)))
        total += values[code]
        first += len(bits)
    return total
