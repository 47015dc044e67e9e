"""A function of few bits that are left of a sum, in few LUT levels: merges side by side.

As in hls_projects.rtl.planning.residual, bits whose partial sums lead to the same levels whatever
the other bits are fall into one class, and a merge replaces them by the number of their class.
There merges follow one another and LUTs are fewest; here those of one LUT level take different
bits, and levels are limited.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from hls_projects.families.family import Family
from hls_projects.rtl.planning.residual import (
    Levels,
    Merge,
    Values,
    code_bits,
    sums,
    varying_outputs,
)

# Inputs of the largest LUT.
LUT_INPUTS = 6
# Partial plans of a LUT level that are kept, and merges that are tried of each.
BEAM, TRIED = 8, 12
# Bits above which no plan is looked for.
MOST_BITS = 14

Groups = tuple[Values, ...]
TreePlan = tuple[int, tuple[Merge, ...]]


class ClassTree:
    """Plans of few LUT levels for groups of bits; keeps what it found.

    Args:
        family: whose LUTs are used.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self.plan = lru_cache(None)(self._plan)
        self.outputs = lru_cache(None)(varying_outputs)

    def chained(
        self, groups: Groups, levels: Levels, depth: int
    ) -> tuple[int, Merge | None] | None:
        """LUTs and first merge of the cheapest plan of at most `depth` LUT levels; None of none."""
        if not depth:
            return None
        found = self.plan(tuple(sorted(groups)), levels, depth)
        if found is None:
            return None
        first: Merge | None = None
        for merge in reversed(found[1]):
            first = replace(merge, rest=first)
        return found[0], first

    def _plan(self, groups: Groups, levels: Levels, depth: int) -> TreePlan | None:
        """LUTs and merges, in order."""
        outputs, steps = self.outputs(groups, levels), _steps(levels)
        bits = _bits(groups)
        if not outputs or bits <= 1:
            return 0, ()
        if bits <= LUT_INPUTS:
            return self.family.luts.tables(bits, outputs), ()
        if depth == 1 or bits > MOST_BITS:
            return None
        best: TreePlan | None = None
        for luts, merges, left in self._rounds(groups, steps):
            if best is not None and luts >= best[0]:
                continue
            rest = self.plan(left, levels, depth - 1)
            if rest is not None and (best is None or luts + rest[0] < best[0]):
                best = luts + rest[0], merges + rest[1]
        return best

    def _rounds(
        self, groups: Groups, steps: tuple[int, ...]
    ) -> Iterator[tuple[int, tuple[Merge, ...], Groups]]:
        """(LUTs, merges, groups left) of one LUT level: disjoint merges, the best few of them."""
        beam: list[tuple[int, tuple[Merge, ...], Groups, Groups]] = [(0, (), groups, ())]
        seen = set()
        while beam:
            following = []
            for luts, merges, old, new in beam:
                for taken, rest in _taken(old):
                    made = _merged(taken, (*rest, *new), steps)
                    if made is None:
                        continue
                    cost = self.family.luts.tables(_bits(taken), made.bits)
                    code = (made.values,) if made.bits else ()
                    state = rest, tuple(sorted((*new, *code)))
                    if state not in seen:
                        seen.add(state)
                        following.append((luts + cost, (*merges, made), *state))
            following.sort(key=lambda found: (_bits(found[2]) + _bits(found[3]), found[0]))
            beam = following[:BEAM]
            yield from ((luts, merges, tuple(sorted(old + new))) for luts, merges, old, new in beam)


def _bits(groups: Groups) -> int:
    return sum(map(code_bits, groups))


def _steps(levels: Levels) -> tuple[int, ...]:
    """Where levels change."""
    return tuple(i for i in range(1, len(levels)) if levels[i] != levels[i - 1])


@lru_cache(None)
def _taken(groups: Groups) -> tuple[tuple[Groups, Groups], ...]:
    """(taken, rest): some of 3 to 6 bits that few numbers stand for, the most promising first."""
    kinds = sorted(set(groups))
    found = []

    def choose(place: int, taken: Groups, bits: int) -> None:
        if place == len(kinds):
            if bits >= 3:
                numbers = len(sums(taken))
                found.append((bits - (numbers - 1).bit_length(), bits, taken))
            return
        most, own = groups.count(kinds[place]), code_bits(kinds[place])
        for count in range(most + 1):
            if bits + count * own > LUT_INPUTS:
                break
            choose(place + 1, taken + (kinds[place],) * count, bits + count * own)

    choose(0, (), 0)
    found.sort(key=lambda choice: (-choice[0], -choice[1]))
    return tuple((taken, _without(groups, taken)) for _, _, taken in found[:TRIED])


def _without(groups: Groups, taken: Groups) -> Groups:
    left = list(groups)
    for values in taken:
        left.remove(values)
    return tuple(left)


@lru_cache(None)
def _sorted_sums(groups: Groups) -> tuple[int, ...]:
    return tuple(sorted(sums(groups)))


def _merged(taken: Groups, rest: Groups, steps: tuple[int, ...]) -> Merge | None:
    """The classes of what is taken, if they take fewer bits."""
    others = _sorted_sums(tuple(sorted(rest)))
    classes: dict[tuple[int, ...], list[int]] = {}
    for partial in _sorted_sums(tuple(sorted(taken))):
        # How many sums of the others reach each step: equal for partial sums of one class.
        key = tuple([bisect_left(others, step - partial) for step in steps])
        classes.setdefault(key, []).append(partial)
    bits = (len(classes) - 1).bit_length()
    if bits >= _bits(taken):
        return None
    first = [members[0] for members in classes.values()]
    values = tuple(first + [first[-1]] * ((1 << bits) - len(first)))
    codes = {total: i for i, members in enumerate(classes.values()) for total in members}
    return Merge(taken, codes, values, bits, None)
