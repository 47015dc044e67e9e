"""A table of maps from output to input pixels, and images seen through them."""

from __future__ import annotations

import numpy as np


class Deformations:
    """Bilinear maps: out[p] = Σ over the four input pixels around source(p), weighted by nearness.

    Input pixels outside the image are 0.

    Args:
        y, x: where each output pixel looks in the input, in pixels from its first one; float
            (maps, height, width), height and width those of the images.
    """

    def __init__(self, y: np.ndarray, x: np.ndarray) -> None:
        y, x = np.broadcast_arrays(y, x)
        self.maps, self.height, self.width = y.shape
        top, self._down = self._corner(y, self.height)
        left, self._right = self._corner(x, self.width)
        self._corners = (top * (self.width + 2) + left).reshape(self.maps, -1).astype(np.uint32)

    def __call__(self, images: np.ndarray, choice: np.ndarray) -> np.ndarray:
        """Each image through its map.

        Args:
            images: float32 (n, height, width) or (n, height, width, channels).
            choice: int (n,), 0 to maps − 1.

        Returns:
            float32 of the images' shape.
        """
        n, row = len(images), self.width + 2
        padded = np.zeros((n, self.height + 2, row, *images.shape[3:]), np.float32)
        padded[:, 1:-1, 1:-1] = images
        deformed = np.empty((n, self.height * self.width, *images.shape[3:]), np.float32)
        from training.data.augmentation.bilinear import sample

        sample(
            padded.reshape(n, -1), row, choice, self._corners, self._down, self._right,
            deformed.reshape(*deformed.shape[:2], -1),
        )
        return deformed.reshape(images.shape)

    def _corner(self, at: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Pixel before each place, in the image padded by 1, and how far beyond it that is."""
        at = np.clip(at + 1, 0, size + 1)
        before = np.minimum(np.floor(at), size)
        part = (at - before).astype(np.float32).reshape(self.maps, -1)
        return before.astype(np.int32), part
