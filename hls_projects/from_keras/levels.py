"""Batch normalization and activation as integer thresholds, by exhaustive evaluation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hls_projects.kinds import Levels
from hls_projects.kinds.layer import INT32

CHUNK_VALUES = 1 << 22

CountLevels = Callable[[np.ndarray], np.ndarray]


def find_levels(
    count_levels: CountLevels, lowest: np.ndarray, highest: np.ndarray, bits: int
) -> Levels:
    """Levels and direction of every channel, from its activation at each reachable accumulator.

    Args:
        count_levels: maps accumulators (rows, channels), int64, to level counts of the same
            shape, 0 … 2^bits − 1; the model's own float arithmetic.
        lowest, highest: int64 (channels,), reachable accumulators of each channel.
        bits: of the activation.

    Returns:
        The threshold layer that equals count_levels on every integer from lowest to highest.

    Raises:
        ValueError: if a channel is not monotonic or its accumulators leave the int32 range.
    """
    if lowest.min() <= INT32.min or highest.max() >= INT32.max:
        raise ValueError(f"accumulators from {lowest.min()} to {highest.max()} exceed 32 bits")
    rows = int((highest - lowest).max()) + 1
    ranks = np.arange(1, 1 << bits)
    reached = np.zeros((len(lowest), len(ranks)), np.int64)
    rises, falls = np.zeros((2, len(lowest)), bool)
    previous = None
    for start, stop in _chunks(rows, len(lowest)):
        accumulators = np.minimum(lowest + np.arange(start, stop)[:, None], highest)
        counts = count_levels(accumulators)
        steps = np.diff(counts if previous is None else np.vstack([previous, counts]), axis=0)
        rises |= (steps > 0).any(axis=0)
        falls |= (steps < 0).any(axis=0)
        reached += (counts[:, :, None] >= ranks).sum(axis=0)
        previous = counts[-1:]
    if (rises & falls).any():
        raise ValueError(f"channel {int(np.argmax(rises & falls))} is not monotonic")
    return _threshold(reached, rows, lowest, falls)


def _chunks(rows: int, channels: int) -> list[tuple[int, int]]:
    size = max(1, CHUNK_VALUES // channels)
    return [(start, min(start + size, rows)) for start in range(0, rows, size)]


def _threshold(
    reached: np.ndarray, rows: int, lowest: np.ndarray, falls: np.ndarray
) -> Levels:
    """From how many of the rows lowest, lowest + 1, … reach each level."""
    never, always = reached == 0, reached == rows
    rising = np.where(never, INT32.max, np.where(always, INT32.min, 0))
    falling = np.where(never, INT32.min, np.where(always, INT32.max, 0))
    first = lowest[:, None] + rows - reached
    last = lowest[:, None] + reached - 1
    inside = ~(never | always)
    levels = np.where(
        falls[:, None], np.where(inside, last, falling), np.where(inside, first, rising)
    )
    return Levels(levels.astype(np.int32), np.where(falls, -1, 1).astype(np.int8))
