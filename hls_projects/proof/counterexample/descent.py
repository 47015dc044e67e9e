"""An input made as small as it gets while something still holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def descend(x: np.ndarray, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Sets values to 0 while something holds, until none of those left can be 0.

    Halves are tried first, then quarters, at last single values.  Another order may end at another
    input, with fewer values or more.

    Args:
        x: int (values,), at which it holds.
        holds: of inputs (samples, values), at which of them it does, bool (samples,).
    """
    size = max(1, np.count_nonzero(x) // 2)
    while len(places := np.flatnonzero(x)):
        parts = [places[first : first + size] for first in range(0, len(places), size)]
        kept = holds(np.array([_without(x, part) for part in parts]))
        needless = [part for part, still in zip(parts, kept, strict=True) if still]
        if needless:
            x = _without_most(x, needless, holds)
        elif size == 1:
            break
        else:
            size //= 2
    return x


def _without(x: np.ndarray, places: np.ndarray) -> np.ndarray:
    found = x.copy()
    found[places] = 0
    return found


def _without_most(
    x: np.ndarray, parts: Sequence[np.ndarray], holds: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Without as many of the first parts as can go together; the first one can."""
    trials = np.array([
        _without(x, np.concatenate(parts[:count])) for count in range(1, len(parts) + 1)
    ])
    return trials[np.flatnonzero(holds(trials))[-1]]
