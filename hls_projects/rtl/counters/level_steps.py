"""Where the level of an activation changes as a sum of bits grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LevelSteps:
    """level(n) = first + Σ of the changes at values ≤ n, n the bits' sum without its offset.

    Attributes:
        first: level of n = 0.
        changes: by value of n, ascending, ≥ 1; none is 0.
    """

    first: int
    changes: dict[int, int]

    def table(self, highest: int) -> tuple[int, ...]:
        """The level of every n from 0 to `highest`."""
        moves = np.zeros(highest + 1, np.int64)
        moves[0] = self.first
        for value, change in self.changes.items():
            moves[value] += change
        return tuple(np.cumsum(moves).tolist())


def level_steps(
    levels: Sequence[int], direction: int, offset: int, highest: int
) -> LevelSteps:
    """The steps of how many levels v have n + offset ≥ v, or ≤ v for direction −1.

    Args:
        levels: as in a threshold layer.
        direction: 1 or −1.
        offset, highest: of the sum, n from 0 to `highest`.
    """
    if direction > 0:
        first = sum(v <= offset for v in levels)
        places = (v - offset for v in levels)
    else:
        first = sum(v >= offset for v in levels)
        places = (v + 1 - offset for v in levels)
    found = Counter(place for place in places if 0 < place <= highest)
    return LevelSteps(first, {n: direction * found[n] for n in sorted(found)})


@dataclass(frozen=True)
class EvenLevels:
    """level(n) = clip(⌊(n + shift) / 2^places⌋, 0, most), less where ties go to the even level.

    Attributes:
        shift, places, most: as above; places ≥ 1.
        to_even: whether an odd level counts one less where 2^places divides n + shift.
    """

    shift: int
    places: int
    most: int
    to_even: bool


def even_levels(levels: Sequence[int], offset: int, highest: int) -> EvenLevels | None:
    """The shift that levels of direction 1 stand for, None if they are not 2^places apart.

    Levels beyond what the sum reaches may be anywhere there.

    Args:
        levels, offset, highest: as for level_steps.
    """
    limited = np.clip(np.sort(np.asarray(levels, np.int64)) - offset, 0, highest + 1)
    inside = np.flatnonzero((limited > 0) & (limited <= highest))
    if len(inside) < 4:
        return None
    numbers = np.arange(1, len(limited) + 1)
    for to_even in (False, True):
        own = limited - (numbers % 2 if to_even else 0)
        gap = int(own[inside[1]] - own[inside[0]])
        if gap < 2 or gap & gap - 1:
            continue
        start = int(own[inside[0]]) - gap * int(numbers[inside[0]])
        wanted = start + gap * numbers + (numbers % 2 if to_even else 0)
        if np.array_equal(np.clip(wanted, 0, highest + 1), limited):
            return EvenLevels(-start, gap.bit_length() - 1, len(limited), to_even)
    return None
