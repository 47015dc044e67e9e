"""A table of maps from output to input pixels, and pictures seen through them."""

from __future__ import annotations

import numpy as np

# Pictures at a time: temporaries that stay in the processor's cache, and below the size at which
# the C library takes each from the system anew, which doubled the time of a training step.
SLICE = 16


class Deformations:
    """Bilinear maps: out[p] = Σ over the four input pixels around source(p), weighted by nearness.

    Input pixels outside the picture are 0.

    Args:
        y, x: where each output pixel looks in the input, in pixels from its first one; float
            (maps, height, width), height and width those of the pictures.
    """

    def __init__(self, y: np.ndarray, x: np.ndarray) -> None:
        y, x = np.broadcast_arrays(y, x)
        self.maps, self.height, self.width = y.shape
        top, self._down = self._corner(y, self.height)
        left, self._right = self._corner(x, self.width)
        self._corners = (top * (self.width + 2) + left).reshape(self.maps, -1)

    def __call__(self, pictures: np.ndarray, choice: np.ndarray) -> np.ndarray:
        """Each picture through its map.

        Args:
            pictures: float32 (n, height, width) or (n, height, width, channels).
            choice: int (n,), 0 to maps − 1.

        Returns:
            float32 of the pictures' shape.
        """
        deformed = np.empty(pictures.shape, np.float32)
        for start in range(0, len(pictures), SLICE):
            part = slice(start, start + SLICE)
            deformed[part] = self._deform(pictures[part], choice[part])
        return deformed

    def _deform(self, pictures: np.ndarray, choice: np.ndarray) -> np.ndarray:
        n, row = len(pictures), self.width + 2
        size = (self.height + 2) * row
        padded = np.zeros((n, self.height + 2, row, *pictures.shape[3:]), np.float32)
        padded[:, 1:-1, 1:-1] = pictures
        flat = padded.reshape(n * size, *pictures.shape[3:])
        at = self._corners[choice] + (np.arange(n) * size)[:, None]
        tail = (1,) * (pictures.ndim - 3)
        right = self._right[choice].reshape(n, -1, *tail)
        down = self._down[choice].reshape(n, -1, *tail)
        above = _between(flat, flat[1:], at, right)
        below = _between(flat[row:], flat[row + 1 :], at, right)
        below -= above
        below *= down
        above += below
        return above.reshape(pictures.shape)

    def _corner(self, at: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Pixel before each place, in the picture padded by 1, and how far beyond it that is."""
        at = np.clip(at + 1, 0, size + 1)
        before = np.minimum(np.floor(at), size)
        part = (at - before).astype(np.float32).reshape(self.maps, -1)
        return before.astype(np.int32), part


def _between(a: np.ndarray, b: np.ndarray, at: np.ndarray, part: np.ndarray) -> np.ndarray:
    # mode="clip" spares NumPy a pass over `at`, which is in range by construction.
    first = np.take(a, at, axis=0, mode="clip")
    second = np.take(b, at, axis=0, mode="clip")
    second -= first
    second *= part
    first += second
    return first
