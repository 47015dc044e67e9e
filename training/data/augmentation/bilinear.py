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
    """out[i, p] = the four neighbours of place p of map choice[i] in image i, by nearness.

    Args:
        padded: float32 (images, padded pixels · channels), row after row.
        row: how many pixels of `padded` a row takes.
        choice: int (images,), the map of each.
        corners: uint32 (maps, pixels), the neighbour above and to the left.
        down, right: float32 (maps, pixels), how far beyond it, in [0, 1].
        out: float32 (images, pixels, channels), written.
    """
    # Unsigned: an index that may be negative costs a branch.
    channels = np.uint64(out.shape[2])
    below = np.uint64(row) * channels
    for i in range(out.shape[0]):
        map_, image, target = choice[i], padded[i], out[i]
        for c in range(channels):
            for p in range(out.shape[1]):
                at = np.uint64(corners[map_, p]) * channels + np.uint64(c)
                x, y = right[map_, p], down[map_, p]
                a, b = image[at], image[at + below]
                upper = a + (image[at + channels] - a) * x
                lower = b + (image[at + below + channels] - b) * x
                target[p, c] = upper + (lower - upper) * y
