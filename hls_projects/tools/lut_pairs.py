"""Pairs of small LUTs that fit one LUT6 with two outputs: together at most five inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

PAIR_INPUTS = 5


def count_pairs(luts: Sequence[frozenset[int]]) -> int:
    """Pairs found, each LUT in at most one: large ones first, each with what fills it most.

    A matching that cannot be extended: at least half of as many pairs as can be.

    Args:
        luts: the input signals of each.

    Example:
        >>> count_pairs([frozenset({1, 2, 3}), frozenset({1, 2, 4, 5}), frozenset(range(6))])
        1
    """
    small = sorted((i for i, lut in enumerate(luts) if len(lut) <= PAIR_INPUTS),
                   key=lambda i: -len(luts[i]))
    by_input: dict[int, list[int]] = defaultdict(list)
    by_size: dict[int, list[int]] = defaultdict(list)
    for i in small:
        by_size[len(luts[i])].append(i)
        for signal in luts[i]:
            by_input[signal].append(i)
    free = set(small)
    pairs = 0
    for i in small:
        if i not in free:
            continue
        free.discard(i)
        sharing = {j for signal in luts[i] for j in by_input[signal] if j in free}
        apart = [_last_free(by_size[size], free) for size in range(PAIR_INPUTS - len(luts[i]) + 1)]
        fitting = [j for j in (*sharing, *apart)
                   if j is not None and len(luts[i] | luts[j]) <= PAIR_INPUTS]
        if fitting:
            mate = max(fitting, key=lambda j: (len(luts[i] & luts[j]), len(luts[j]), -j))
            free.discard(mate)
            pairs += 1
    return pairs


def _last_free(luts: list[int], free: set[int]) -> int | None:
    while luts and luts[-1] not in free:
        luts.pop()
    return luts[-1] if luts else None
