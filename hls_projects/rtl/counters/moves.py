"""What a compressor can do to columns of bits: the moves of the search, on heights alone.

A state is the height of every column and, where a carry chain is open, the column that its carry
enters.  Counters on a carry chain (w is the weight of the position's first column):

    A6     2 positions  up to 6 bits of w become a sum bit of w and one of 2w, carry into 4w
    A14    2 positions  4 bits of w (5 at a start) and one of 2w become the same
    F      1 position   2 bits of w and the carry become a sum bit, carry into 2w
    T      1 position   parity of up to 3 bits of w ⊕ carry of the 3 of w/2; carry into 2w
    close  1 position   the carry leaves as the sum of a position that adds nothing; no LUT cell

In LUTs alone, a full adder (FA, 1 LUT6_2) and a counter (C63, 3 LUT6: 6 bits to 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hls_projects.logic.columns import Heights

CLOSED = -1
# CLOSED, or where a carry chain is open: its column; on ECP5 with the terms that wait there.
Open = int | tuple[int, int]


class Move(NamedTuple):
    """A counter of `kind` that takes `bits` bits of column `place`, or the end of a chain."""

    kind: str
    place: int
    bits: int = 0


# LUT positions that each takes; "close" takes no LUT cell.
POSITIONS = {"A6": 2, "A14": 2, "F": 1, "T": 1, "FA": 1, "C63": 3, "close": 1}
POSITIONS |= {"carry in": 0, "position": 1, "carry out": 1}
CELLS = POSITIONS | {"close": 0}

Step = tuple[int, Move, Heights, Open]
Path = tuple[Move, ...]


def changed(heights: Heights, *changes: tuple[int, int]) -> Heights:
    """Heights after (place, difference) changes, without empty columns at the top."""
    new = list(heights)
    for place, difference in changes:
        while place >= len(new):
            new.append(0)
        new[place] += difference
    while len(new) > 1 and not new[-1]:
        new.pop()
    return tuple(new)


def carry_steps(heights: Heights, open_at: int) -> Iterator[Step]:
    """Moves on carry chains: every (cost in positions, move, heights after, open column after)."""
    if open_at == CLOSED:
        yield from _starts(heights)
    else:
        yield from _continuations(heights, open_at)


def lut_steps(heights: Heights) -> Iterator[Step]:
    for place, height in enumerate(heights):
        if height >= 3:
            after = changed(heights, (place, -2), (place + 1, 1))
            yield 1, Move("FA", place, 3), after, CLOSED
        if height >= 4:
            bits = min(6, height)
            after = changed(heights, (place, 1 - bits), (place + 1, 1), (place + 2, 1))
            yield (3 if bits == 6 else 2), Move("C63", place, bits), after, CLOSED


def _starts(heights: Heights) -> Iterator[Step]:
    if max(heights) == 2:
        place = heights.index(2)
        yield 1, Move("F", place, 2), changed(heights, (place, -1)), place + 1
    for place, height in enumerate(heights):
        if height >= 3:
            yield 1, Move("F", place, 3), changed(heights, (place, -2)), place + 1
        if height >= 4:
            yield _six(heights, place, min(6, height))
        if height >= 5 and place + 1 < len(heights) and heights[place + 1]:
            yield 2, Move("A14", place, 5), changed(heights, (place, -4)), place + 2


def _continuations(heights: Heights, at: int) -> Iterator[Step]:
    height = heights[at] if at < len(heights) else 0
    yield 1, Move("close", at), changed(heights, (at, 1)), CLOSED
    if height == 1 and max(heights) <= 2:
        yield 1, Move("F", at, 1), heights, at + 1
    if height >= 2:
        yield 1, Move("F", at, 2), changed(heights, (at, -1)), at + 1
    if height >= 3:
        yield _six(heights, at, min(6, height))
    if height >= 4 and at + 1 < len(heights) and heights[at + 1]:
        yield 2, Move("A14", at, 4), changed(heights, (at, -3)), at + 2


def _six(heights: Heights, place: int, bits: int) -> Step:
    after = changed(heights, (place, 1 - bits), (place + 1, 1))
    return 2, Move("A6", place, bits), after, place + 2
