"""Bilinear interpolation, compiled: one pass over memory, which leaves Python to other threads."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(nogil=True, cache=True)
def sample(
    padded: np.ndarray,
    row: int,
    choice: np.ndarray,
    corners: np.ndarray,
    down: np.ndarray,
    right: np.ndarray,
    out: np.ndarray,
) -> None:
    """out[i, p] = the four neighbours of place p of map choice[i] in picture i, by nearness.

    Args:
        padded: float32 (pictures, padded pixels · channels), row after row.
        row: how many pixels of `padded` a row takes.
        choice: int (pictures,), the map of each.
        corners: uint32 (maps, pixels), the neighbour above and to the left.
        down, right: float32 (maps, pixels), how far beyond it, in [0, 1].
        out: float32 (pictures, pixels, channels), written.
    """
    # Unsigned: an index that may be negative costs a branch.
    channels = np.uint64(out.shape[2])
    below = np.uint64(row) * channels
    for i in range(out.shape[0]):
        map_, picture, target = choice[i], padded[i], out[i]
        for c in range(channels):
            for p in range(out.shape[1]):
                at = np.uint64(corners[map_, p]) * channels + np.uint64(c)
                x, y = right[map_, p], down[map_, p]
                a, b = picture[at], picture[at + below]
                upper = a + (picture[at + channels] - a) * x
                lower = b + (picture[at + below + channels] - b) * x
                target[p, c] = upper + (lower - upper) * y
