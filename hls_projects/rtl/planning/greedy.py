"""Compression without search: the longest chain of full counters first, then ripples."""

from __future__ import annotations

from hls_projects.logic.columns import Heights
from hls_projects.rtl.counters.moves import Move, Path, changed


def reduce_full(heights: Heights, target: int, carries: bool) -> tuple[Heights, Path]:
    """Counters of 6 bits until at most `target` bits are left, or no column of 6."""
    return _reduce(heights, target, 6, carries)


def reduce_further(heights: Heights, target: int) -> tuple[Heights, Path]:
    """Chains of counters of 4 to 6 bits until at most `target` bits are left, or no column of 4."""
    return _reduce(heights, target, 4, carries=True)


def binary_sum(heights: Heights, carries: bool) -> tuple[Heights, Path]:
    """Counters of ever fewer bits, then one ripple: a bit a column is left."""
    path: Path = ()
    for height in (6, 4, 3):
        heights, part = _reduce(heights, 0, height, carries)
        path += part
    while max(heights) > 1:
        heights, part = _ripple(heights, carries)
        path += part
    return heights, path


def _reduce(heights: Heights, target: int, full: int, carries: bool) -> tuple[Heights, Path]:
    path: Path = ()
    while sum(heights) > target:
        starts = [place for place, height in enumerate(heights) if height >= full]
        if not starts:
            break
        runs = [(_counters(heights, place, full, carries), heights[place]) for place in starts]
        (heights, run), _ = max(runs, key=lambda run: (len(run[0][1]), run[1]))
        path += run
    return heights, path


def _counters(heights: Heights, place: int, full: int, carries: bool) -> tuple[Heights, Path]:
    """Counters from a column on, while the columns are full."""
    if not carries:
        return _lut_counter(heights, place, full)
    if full == 3:
        return _adders(heights, place)
    run = []
    while place < len(heights) and heights[place] >= full:
        bits = min(6, heights[place])
        run.append(Move("A6", place, bits))
        heights = changed(heights, (place, 1 - bits), (place + 1, 1))
        place += 2
    return _closed(heights, place, run)


def _lut_counter(heights: Heights, place: int, full: int) -> tuple[Heights, Path]:
    if full == 3:
        after = changed(heights, (place, -2), (place + 1, 1))
        return after, (Move("FA", place, 3),)
    bits = min(6, heights[place])
    after = changed(heights, (place, 1 - bits), (place + 1, 1), (place + 2, 1))
    return after, (Move("C63", place, bits),)


def _adders(heights: Heights, place: int) -> tuple[Heights, Path]:
    run = [Move("F", place, 3)]
    heights = changed(heights, (place, -2))
    place += 1
    while place < len(heights) and heights[place] >= 2:
        run.append(Move("F", place, 2))
        heights = changed(heights, (place, -1))
        place += 1
    return _closed(heights, place, run)


def _ripple(heights: Heights, carries: bool) -> tuple[Heights, Path]:
    """From the lowest column of two bits to the top: no column holds more than two."""
    place = heights.index(max(heights))
    if not carries:
        bits = heights[place]
        after = changed(heights, (place, 1 - bits), (place + 1, 1))
        return after, (Move("FA", place, bits),)
    run = [Move("F", place, 2)]
    heights = changed(heights, (place, -1))
    place += 1
    while place < len(heights) and heights[place]:
        run.append(Move("F", place, heights[place]))
        heights = changed(heights, (place, 1 - heights[place]))
        place += 1
    return _closed(heights, place, run)


def _closed(heights: Heights, place: int, run: list[Move]) -> tuple[Heights, Path]:
    return changed(heights, (place, 1)), (*run, Move("close", place))
