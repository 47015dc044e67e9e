"""Which values of nets occur together that left one counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

# Nets that left a counter, of more than which nothing is kept.
MOST_LEFT = 10


class Together:
    """Of each counter that was replaced, the values that what left it has together.

    Five bits, say, may leave a counter as 5 + 2q − 4m − p, with q never without m, which would
    make six or more of them.  Where q and m enter another counter, only such values count.
    """

    def __init__(self) -> None:
        self._counters: dict[int, tuple[list[int], np.ndarray]] = {}

    def left(self, values: Mapping[int, np.ndarray]) -> None:
        """A counter was replaced.

        Args:
            values: of each net that left it, in every case that occurs, bool (cases,).
        """
        nets = list(values)
        if not 1 < len(nets) <= MOST_LEFT:
            return
        occurs = np.zeros(1 << len(nets), bool)
        occurs[sum(values[net].astype(np.int64) << i for i, net in enumerate(nets))] = True
        self._counters.update(dict.fromkeys(nets, (nets, occurs)))

    def occur(self, nets: Sequence[int]) -> np.ndarray:
        """Which assignments of nets, ascending, may occur, bool (2^nets,)."""
        rows = np.arange(1 << len(nets))
        found = np.ones(len(rows), bool)
        counters = {id(c): c for c in (self._counters.get(net) for net in nets) if c is not None}
        for left, occurs in counters.values():
            shared = [i for i, net in enumerate(left) if net in nets]
            if len(shared) > 1:
                seen = _places(np.flatnonzero(occurs), shared, range(len(shared)))
                mine = _places(rows, [nets.index(left[i]) for i in shared], range(len(shared)))
                found &= np.isin(mine, seen)
        return found


def _places(rows: np.ndarray, taken: Sequence[int], put: Sequence[int]) -> np.ndarray:
    """Some bits of each row, at other places."""
    return sum((rows >> a & 1) << b for a, b in zip(taken, put, strict=True))
