"""Compression on ECP5's carry chains, on column heights alone.

A CCU2C holds two positions, a LUT4 each: p of four bits, g of two of them; sum = p ⊕ c, carry =
p ? c : g.  A position adds two terms to the carry, so it takes one bit away:

    a bit; the parity of a pair of bits, whose conjunction (weight 2w) is a term of the next
    position

With two pairs, and two conjunctions after them, five bits of weight w (one is the carry in)
become one of w, one of 2w and the carry.  Passing a carry out of the chain and the next one in
takes a position between two counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hls_projects.logic.columns import Heights
from hls_projects.rtl.counters.moves import CLOSED, Move, Open, Path, Step, changed

TERMS = 2
# Bits that a position takes of its column without wasting a term, by conjunctions that it holds.
FULL = ((2, 3, 4), (1, 2), (0,))


def pairs_taken(bits: int, conjunctions: int) -> int:
    """Pairs that a position forms of `bits` bits beside the conjunctions of the position before."""
    return max(0, bits - (TERMS - conjunctions))


def ccu2c_steps(heights: Heights, opened: Open) -> Iterator[Step]:
    """Every (cost in LUT4s, move, heights after, open chain after)."""
    if opened == CLOSED:
        yield from _starts(heights)
        return
    place, conjunctions = opened
    height = heights[place] if place < len(heights) else 0
    for bits in FULL[conjunctions]:
        if bits <= height:
            yield _position(heights, place, conjunctions, bits)
    if conjunctions == 1:
        yield _position(heights, place, conjunctions, 0)
    if conjunctions == 0:
        yield 1, Move("carry out", place), changed(heights, (place, 1)), CLOSED
        if height == 1 and max(heights) <= 2:
            yield _position(heights, place, 0, 1)


def ccu2c_ripples(heights: Heights, opened: Open) -> Iterator[Step]:
    """Half adders, which take no bit away but leave one bit in a column."""
    if opened == CLOSED:
        for place, height in enumerate(heights):
            if height == 2:
                yield _start(heights, place)
    elif opened[1] == 0 and opened[0] < len(heights) and heights[opened[0]] == 1:
        yield _position(heights, opened[0], 0, 1)


def ccu2c_reduce(heights: Heights, target: int, width: int) -> tuple[Heights, Path]:
    """The longest counters first, until at most `target` bits are left or no column of three.

    Columns from `width` on are dropped.
    """
    path: Path = ()
    while sum(heights) > target and max(heights) >= 3:
        starts = [place for place, height in enumerate(heights) if height >= 3]
        _, _, counter, after = max(_counter(_start(heights, place)) for place in starts)
        heights = after[:width]
        path += counter
    return heights, path


def ccu2c_binary_sum(heights: Heights, width: int) -> tuple[Heights, Path]:
    """The longest counters, then ripples: a bit a column is left, modulo 2^width."""
    heights, path = ccu2c_reduce(heights, 0, width)
    while max(heights) > 1:
        _, move, heights, opened = _start(heights, heights.index(max(heights)))
        path += (move,)
        while opened[0] < len(heights) and heights[opened[0]]:
            bits = min(2, heights[opened[0]])
            _, move, heights, opened = _position(heights, opened[0], 0, bits)
            path += (move,)
        path += (Move("carry out", opened[0]),)
        heights = changed(heights, (opened[0], 1))[:width]
    return heights, path


def _starts(heights: Heights) -> Iterator[Step]:
    tallest = max(heights)
    for place, height in enumerate(heights):
        if height >= 3:
            yield _start(heights, place)
        elif height == 2 and (tallest == 2 or max(heights[:place], default=0) < 2):
            yield _start(heights, place)
            if tallest == 2:
                return


def _start(heights: Heights, place: int) -> Step:
    return 0, Move("carry in", place, 1), changed(heights, (place, -1)), (place, 0)


def _position(heights: Heights, place: int, conjunctions: int, bits: int) -> Step:
    after = changed(heights, (place, 1 - bits))
    return 1, Move("position", place, bits), after, (place + 1, pairs_taken(bits, conjunctions))


def _counter(start: Step) -> tuple[int, int, Path, Heights]:
    _, move, heights, opened = start
    positions, flatness, path, after = _longest(heights, opened)
    return positions, flatness, (move, *path), after


@lru_cache(100_000)
def _longest(heights: Heights, opened: Open) -> tuple[int, int, Path, Heights]:
    """(bits taken away, flatness of what is left, moves, heights after): the best way on."""
    place, conjunctions = opened
    height = heights[place] if place < len(heights) else 0
    best: tuple[int, int, Path, Heights] | None = None
    if conjunctions == 0:
        after = changed(heights, (place, 1))
        best = (0, -sum(h * h for h in after), (Move("carry out", place),), after)
    choices = [bits for bits in FULL[conjunctions] if bits <= height]
    for bits in choices or ([0] if conjunctions else []):
        _, move, after, following = _position(heights, place, conjunctions, bits)
        positions, flatness, path, left = _longest(after, following)
        found = (positions + (1 if choices else -1), flatness, (move, *path), left)
        best = max(best, found) if best else found
    return best
