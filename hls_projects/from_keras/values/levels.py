"""Batch normalization and activation as integer thresholds, by exhaustive evaluation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hls_projects.kinds import Levels
from hls_projects.kinds.layer import INT32

CHUNK_VALUES = 1 << 22
# Accumulators of all channels that are tried one by one; of more, those where levels change.
MOST_EVALUATED = 1 << 25

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
    if rows * len(lowest) > MOST_EVALUATED:
        return _bisected(count_levels, lowest, highest, rows, bits)
    reached = np.zeros((len(lowest), (1 << bits) - 1), np.int64)
    rises, falls = np.zeros((2, len(lowest)), bool)
    previous = None
    for start, stop in _chunks(rows, len(lowest)):
        accumulators = np.minimum(lowest + np.arange(start, stop)[:, None], highest)
        counts = count_levels(accumulators)
        steps = np.diff(counts if previous is None else np.vstack([previous, counts]), axis=0)
        rises |= (steps > 0).any(axis=0)
        falls |= (steps < 0).any(axis=0)
        reached += _reached(counts, bits)
        previous = counts[-1:]
    if (rises & falls).any():
        raise ValueError(f"channel {int(np.argmax(rises & falls))} is not monotonic")
    return _threshold(reached, rows, lowest, falls)


def _reached(counts: np.ndarray, bits: int) -> np.ndarray:
    """How many of the counts (rows, channels) reach each level, (channels, 2^bits − 1)."""
    channels = counts.shape[1]
    places = counts + (np.arange(channels) << bits)
    found = np.bincount(places.reshape(-1), minlength=channels << bits).reshape(channels, -1)
    return found[:, :0:-1].cumsum(axis=1)[:, ::-1]


def _bisected(
    count_levels: CountLevels, lowest: np.ndarray, highest: np.ndarray, rows: int, bits: int
) -> Levels:
    """The same by bisection: floats rounded to nearest keep the order of what is monotonic."""
    ends = np.stack([count_levels(end[None])[0] for end in (lowest, highest)])
    falls, last = ends[1] < ends[0], highest - lowest
    ranks = np.arange(1, 1 << bits)[:, None]
    # The first of the accumulators that reaches a level, counted from the end where fewest do.
    first = np.zeros((len(ranks), len(lowest)), np.int64)
    behind = np.broadcast_to(last + 1, first.shape)
    while (first < behind).any():
        middle = np.minimum((first + behind) // 2, last)
        found = count_levels(np.where(falls, highest - middle, lowest + middle)) >= ranks
        open_ = first < behind
        first = np.where(open_ & ~found, middle + 1, first)
        behind = np.where(open_ & found, middle, behind)
    within = np.where(falls, np.where(first == 0, rows, last + 1 - first), rows - first)
    return _threshold(np.where(first > last, 0, within).T, rows, lowest, falls)


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
