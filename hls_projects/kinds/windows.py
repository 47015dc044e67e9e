"""Windows that slide over images: sizes, padding, and the values under each tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Windows:
    """height × width windows, each `strides` apart, in images (rows, columns, channels).

    "valid" windows lie inside the image; "same" ones start every `strides` pixels of it, and
    what they see around it is 0: max((⌈n / stride⌉ − 1) · stride + size − n, 0) pixels along an
    axis of n, the smaller half of them before it, as Keras pads.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str = "valid"

    def output_shape(self, image: tuple[int, ...]) -> tuple[int, int]:
        """Rows and columns of windows; 0 where the image is too small."""
        if self.padding == "same":
            return tuple(-(-n // s) for n, s in zip(image, self.strides, strict=False))
        sizes = zip(image, self.size, self.strides, strict=False)
        return tuple(max((n - k) // s + 1, 0) for n, k, s in sizes)

    def around(self, image: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Zeros (before, after) the rows and the columns of an image."""
        return tuple(
            self._around(n, k, s)
            for n, k, s in zip(image, self.size, self.strides, strict=False)
        )

    def _around(self, n: int, size: int, stride: int) -> tuple[int, int]:
        if self.padding == "valid":
            return 0, 0
        total = max((-(-n // stride) - 1) * stride + size - n, 0)
        return total // 2, total - total // 2

    def taps(self, x: np.ndarray, outside: int = 0) -> Iterator[np.ndarray]:
        """What each place of the window sees, places in order of rows.

        Args:
            x: (..., rows, columns, channels).
            outside: what stands around the images.

        Yields:
            (..., output rows, output columns, channels), views of the padded images.
        """
        image = x.shape[-3:-1]
        around = [(0, 0)] * (x.ndim - 3) + [*self.around(image), (0, 0)]
        padded = np.pad(x, around, constant_values=outside)
        rows, columns = self.output_shape(image)
        for row in range(self.size[0]):
            for column in range(self.size[1]):
                yield padded[
                    ...,
                    row : row + (rows - 1) * self.strides[0] + 1 : self.strides[0],
                    column : column + (columns - 1) * self.strides[1] + 1 : self.strides[1],
                    :,
                ]


def windows_of(windows: Windows, shape: tuple[int, ...]) -> np.ndarray:
    """Which values of an image each window sees, channel by channel.

    Args:
        shape: rows, columns and channels.

    Returns:
        int64 (output rows, output columns, channels, places of the window), each the place of a
        value, last axis fastest; −1 outside of the image.
    """
    places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return np.stack(list(windows.taps(places, outside=-1)), axis=-1)


def are_counts(values: Any) -> bool:
    """Whether a sequence holds integers ≥ 1 alone; JSON's true is none."""
    return all(type(n) is int and n >= 1 for n in values)


def is_pair(value: Any) -> bool:
    """Whether a value is two integers ≥ 1."""
    return isinstance(value, tuple) and len(value) == 2 and are_counts(value)


def windows_in(windows: Windows, image: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of windows; ValueError if there are none."""
    found = windows.output_shape(image)
    if min(found) < 1:
        raise ValueError(f"windows of {windows.size} do not fit into an image of {image[:2]}")
    return found
