"""The straight line whose rounded values are an activation's levels."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds import Levels

# Steps between two levels, for levels that all lie at one place.
NARROWEST = 0.05
ENDS = np.iinfo(np.int32).min, np.iinfo(np.int32).max


def rounded_lines(
    levels: Levels, lowest: np.ndarray, highest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and offsets, float64 (channels,), with count = clip(round(slope · x + offset), 0, n).

    Of all lines that fit, the one that leaves most room on either side of a level.

    Args:
        levels: n of each channel, and their direction.
        lowest, highest: int64 (channels,), what x can be.

    Raises:
        ValueError: naming a channel whose levels are those of no line.
    """
    slopes, offsets = np.zeros(len(levels.levels)), np.zeros(len(levels.levels))
    for channel, (row, sign) in enumerate(zip(levels.levels, levels.direction, strict=True)):
        ends = sorted((int(sign) * int(lowest[channel]), int(sign) * int(highest[channel])))
        found = _line(np.sort(_mirrored(row.astype(np.int64), int(sign))), *ends)
        if found is None:
            raise ValueError(
                f"the levels of channel {channel} must be those of one normalization, equally far "
                f"apart but for rounding. Received: {row.tolist()}"
            )
        slopes[channel], offsets[channel] = int(sign) * found[0], found[1]
    return slopes, offsets


def _mirrored(row: np.ndarray, sign: int) -> np.ndarray:
    """Levels of sign · x, which is rising."""
    if sign > 0:
        return row
    return np.where(row == ENDS[1], ENDS[0], np.where(row == ENDS[0], ENDS[1], -row))


def _line(levels: np.ndarray, lowest: int, highest: int) -> tuple[float, float] | None:
    """Slope and offset for rising levels; None if there are none.

    The k-th level lies where the line is k − 1/2, at c + d · k: between the integers t_k − 1 and
    t_k, before `lowest` if always reached, and beyond `highest` if never.
    """
    always, never = levels <= lowest, levels > highest
    numbers = np.arange(1, len(levels) + 1)
    if (always | never).all():
        return 0.0, float(always.sum())
    inner = ~always & ~never
    most = [*zip(numbers[inner], levels[inner], strict=True)]
    least = [*zip(numbers[inner], levels[inner] - 1, strict=True)]
    # The nearest one beyond each end bounds the others there.
    if always.any():
        most.append((int(always.sum()), lowest))
    if never.any():
        least.append((int(len(levels) - never.sum() + 1), highest))
    best = max(_widths(np.array(most, float), np.array(least, float)))
    room, spacing, start = best
    return (1.0 / spacing, -start / spacing - 0.5) if room > 0 else None


def _widths(most: np.ndarray, least: np.ndarray) -> list[tuple[float, float, float]]:
    """Room for c, d and the middle c, for each d at which the room can be largest."""
    spacings = {NARROWEST, 1.0}
    for side in (most, least):
        for i, (k, t) in enumerate(side):
            spacings |= {(t - u) / (k - j) for j, u in side[:i]}
    # One inner level alone: as steep as its neighbours beyond the ends allow.
    spacings |= {abs(t - u) / abs(k - j) for k, t in most for j, u in least if k != j}
    found = []
    for spacing in spacings:
        if spacing >= NARROWEST:
            top = (most[:, 1] - spacing * most[:, 0]).min()
            bottom = (least[:, 1] - spacing * least[:, 0]).max()
            found.append((top - bottom, spacing, (top + bottom) / 2))
    return found
