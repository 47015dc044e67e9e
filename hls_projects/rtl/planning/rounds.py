"""Rounds of counters in LUTs, one LUT level each, on heights alone."""

from __future__ import annotations

from hls_projects.logic.columns import Heights
from hls_projects.rtl.counters.moves import Move, Path, changed
from hls_projects.rtl.planning.plan import Arrivals, together
from hls_projects.rtl.planning.search import path_luts

# Fewest bits that a counter of three outputs takes, and that one of two outputs takes, in a round:
# fewer LUTs a bit, or fewer bits left.
POLICIES = ((5, 6), (5, 3), (4, 3))
# Counters that one column takes side by side in a last round, by their bits.
LAST = [(), *[(n,) for n in range(2, 7)], *[(a, b) for a in range(2, 7) for b in range(2, a + 1)]]

# What rounds can leave, and the moves of each round.
Ends = dict[Heights, tuple[Path, ...]]


def further(ends: Ends, arriving: Arrivals, width: int | None = None) -> Ends:
    """What one more LUT level can leave of the lowest `width` columns; every end once.

    Args:
        ends: what so many levels before can leave.
        arriving: bits that are there later are added after the round in which they arrive.
    """
    found: Ends = {}
    for before, paths in ends.items():
        number = len(paths) + 1
        more = arriving[number] if number < len(arriving) else ()
        for fewest in POLICIES:
            after, path = round_of(before, fewest)
            if path or more:
                found.setdefault(together(after, more)[:width], (*paths, path))
    return found


def round_of(heights: Heights, fewest: tuple[int, int]) -> tuple[Heights, Path]:
    """One LUT level: in every column counters of 6 bits or of what is left, if that is enough.

    Args:
        heights: before it.
        fewest: bits for a counter of three outputs, and for a full adder.
    """
    after, moves = heights, []
    for place, height in enumerate(heights):
        left = height
        while left >= fewest[0]:
            bits = min(6, left)
            moves.append(Move("C63", place, bits))
            after = changed(after, (place, 1 - bits), (place + 1, 1), (place + 2, 1))
            left -= bits
        if left >= fewest[1]:
            moves.append(Move("FA", place, 3))
            after = changed(after, (place, -2), (place + 1, 1))
    return after, tuple(moves)


def last_round(heights: Heights, width: int, rows: int) -> tuple[Heights, Path] | None:
    """The cheapest LUT level after which no column has more than `rows` bits; None if none does.

    Columns are decided from the lowest up; what counts of those before is how many bits they put
    into the next two columns.
    """
    ends: dict[tuple[int, int], tuple[int, Heights, Path]] = {(0, 0): (0, (), ())}
    for place in range(width):
        height = heights[place] if place < len(heights) else 0
        following: dict[tuple[int, int], tuple[int, Heights, Path]] = {}
        for (here, above), (luts, left, moves) in ends.items():
            for bits in LAST:
                after = height - sum(bits) + len(bits) + here
                if sum(bits) > height or after > rows:
                    continue
                own = tuple(Move("FA" if n <= 3 else "C63", place, n) for n in bits)
                into = above + len(bits), sum(n > 3 for n in bits)
                found = luts + path_luts(own), (*left, after), moves + own
                following[into] = min(following.get(into, found), found)
        ends = following
    return min(ends.values())[1:] if ends else None
