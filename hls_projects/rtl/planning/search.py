"""The fewest LUTs to compress columns of bits: A* over heights and the open carry chain."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from hls_projects.families.family import Family
from hls_projects.logic.columns import Heights
from hls_projects.rtl.counters.moves import CLOSED, POSITIONS, Move, Open, Path, Step

State = tuple[Heights, Open]

# States after which a search gives up.
STATES = 30_000


class Compression(NamedTuple):
    """LUT positions of a way to compress, the heights it leaves, its moves in order."""

    luts: int
    heights: Heights
    path: Path


class CompressionSearch:
    """Finds compressions of heights; keeps what it found.

    Args:
        family: whose carry chains may be used.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self.chain = family.chain
        self._searched = lru_cache(None)(self._search)
        self._finished = lru_cache(None)(self._finish)

    def frontier(
        self, heights: Heights, limit: int, slack: int, *, wide: bool = False
    ) -> list[Compression]:
        """Compressions to at most `limit` bits within `slack` LUTs of the cheapest, cheapest first.

        Empty if there is none, or if the search visited too many states.

        Args:
            wide: whether smaller counters go first, too, where full ones leave many columns of
                a few bits: there the search would visit too many states.
        """
        width = self.chain.columns(heights)
        reduced, path = self.chain.reduce(heights, self.family.searched_bits)
        if wide:
            reduced, more = self.chain.reduce_further(reduced, self.family.searched_bits)
            path += more
        luts = path_luts(path)
        return [
            Compression(luts + found.luts, found.heights, path + found.path)
            for found in self._searched(reduced, limit, slack, width)
        ]

    def binary_sum(self, heights: Heights, width: int, *, wide: bool = False) -> Path:
        """Moves that leave at most one bit in each of the lowest `width` columns.

        Columns from `width` on are dropped: the sum is modulo 2^width.

        Args:
            wide: as for `frontier`.
        """
        found: list[tuple[int, Path]] = []
        for start in self.frontier(heights, width + 4, 1, wide=wide):
            if found and start.luts >= found[0][0]:
                break
            rest = self._finished(start.heights[:width], width)
            if rest is not None:
                found.append((start.luts + rest.luts, start.path + rest.path))
                found.sort()
        if not found:
            return self.chain.binary_sum(heights, width)
        if wide:
            return min(found[0][1], self.chain.binary_sum(heights, width), key=path_luts)
        return found[0][1]

    def _search(
        self, start: Heights, limit: int, slack: int, width: int | None
    ) -> list[Compression]:
        rate = self.family.bits_a_lut

        def remaining(state: State) -> float:
            heights, open_at = state
            return max(0, sum(heights) + _waiting(open_at) - limit) / rate

        def enough(heights: Heights) -> bool:
            return sum(heights) <= limit

        def reachable(heights: Heights, open_at: Open) -> Iterable[Step]:
            for luts, move, after, still_open in self.chain.steps(heights, open_at):
                yield luts, move, after[:width], still_open

        return _explore(start, reachable, enough, remaining, slack)

    def _finish(self, start: Heights, width: int) -> Compression | None:
        def narrow(heights: Heights, open_at: Open) -> Iterable[Step]:
            ripples = self.chain.ripples(heights, open_at)
            for luts, move, after, still_open in (*self.chain.steps(heights, open_at), *ripples):
                dropped = move.kind == "close" and move.place >= width
                yield 0 if dropped else luts, move, after[:width], still_open

        found = _explore(start, narrow, lambda heights: max(heights) <= 1, lambda _: 0.0, 0)
        return found[0] if found else None


def _waiting(open_at: Open) -> int:
    """Bits that stand in an open chain: its carry, and on ECP5 the terms of its next position."""
    if isinstance(open_at, tuple):
        return 1 + open_at[1]
    return int(open_at != CLOSED)


def path_luts(path: Path) -> int:
    """LUT positions of moves; a counter of fewer than 6 bits to three takes one less."""
    return sum(POSITIONS[move.kind] - (move.kind == "C63" and move.bits < 6) for move in path)


def _explore(
    start: Heights,
    moves: Callable[[Heights, Open], Iterable[Step]],
    enough: Callable[[Heights], bool],
    remaining: Callable[[State], float],
    slack: int,
) -> list[Compression]:
    """A*: every state that is `enough`, up to `slack` LUTs above the first one found."""
    origin = (start, CLOSED)
    cost = {origin: 0}
    reached: dict[State, tuple[State, Move]] = {}
    order = itertools.count()
    queue = [(remaining(origin), 0, next(order), origin)]
    found: dict[Heights, int] = {}
    while queue and len(cost) < STATES:
        estimate, luts, _, state = heapq.heappop(queue)
        if found and estimate > min(found.values()) + slack:
            break
        if cost[state] < luts:
            continue
        if state[1] == CLOSED and enough(state[0]):
            found.setdefault(state[0], luts)
        for more, move, *after in moves(*state):
            following = tuple(after)
            if luts + more < cost.get(following, luts + more + 1):
                cost[following] = luts + more
                reached[following] = state, move
                entry = (luts + more + remaining(following), luts + more, next(order), following)
                heapq.heappush(queue, entry)
    ranked = sorted(found.items(), key=lambda item: item[1])
    return [Compression(luts, end, _path(reached, origin, end)) for end, luts in ranked]


def _path(reached: dict[State, tuple[State, Move]], origin: State, end: Heights) -> Path:
    path = []
    state = (end, CLOSED)
    while state != origin:
        state, move = reached[state]
        path.append(move)
    return tuple(reversed(path))
