"""Sums and differences within windows of an image: a convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import (
    Interval,
    Layer,
    Role,
    as_tuple,
    is_ternary,
    require,
    require_small_integers,
    signed_parts,
)
from hls_projects.kinds.windows import PADDINGS, Windows, is_pair, windows_in, windows_of
from hls_projects.logic.columns import BitSum, dense_sums

# Samples that are convolved at a time, so that float64 copies stay small.
CHUNK = 32


@dataclass(frozen=True, eq=False)
class Conv2D(Layer):
    """acc[r, c] = Σ over the window at (r, c) of x · W; 0 around the image.

    Args:
        weights: int8 (height, width, channels, filters); −1, 0 and 1 cost least.
        strides: of rows and columns, ≥ 1.
        padding: "valid" or "same", see Windows.

    Raises:
        ValueError: for another type, rank or value.
    """

    weights: np.ndarray
    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    kind: ClassVar[str] = "conv2d"
    role: ClassVar[Role] = Role.WEIGHTED
    array_fields: ClassVar[tuple[str, ...]] = ("weights",)
    option_fields: ClassVar[tuple[str, ...]] = ("strides", "padding")

    def __post_init__(self) -> None:
        require_small_integers(self.weights, self.kind, "height, width, channels, filters")
        object.__setattr__(self, "strides", as_tuple(self.strides))
        require(
            is_pair(self.strides),
            f"`strides` must be two integers >= 1. Received: {self.strides!r}",
        )
        require(
            self.padding in PADDINGS,
            f"`padding` must be one of {', '.join(PADDINGS)}. Received: {self.padding!r}",
        )

    @property
    def hls_class(self) -> str:
        return "SparseTernaryConv2D" if is_ternary(self.weights) else "IntegerConv2D"

    @property
    def nonzeros(self) -> int:
        return int(np.count_nonzero(self.weights))

    @property
    def matrix(self) -> np.ndarray:
        return self.weights.reshape(-1, self.weights.shape[-1])

    @property
    def windows(self) -> Windows:
        return Windows(self.weights.shape[:2], self.strides, self.padding)

    def forward(self, x: np.ndarray) -> np.ndarray:
        # float64 is exact here: |acc| < 2^53 by far.  Below 2^24 float32 is too, in half the time.
        largest = int(np.abs(x).max(initial=0)) * self._largest_gain()
        weights = self.weights.astype(np.float32 if largest < 1 << 24 else np.float64)
        parts = (x[start : start + CHUNK] for start in range(0, max(len(x), 1), CHUNK))
        return np.concatenate([self._convolve(x, weights).astype(np.int32) for x in parts])

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        channels = self.weights.shape[2]
        require(
            len(input_shape) == 3 and input_shape[-1] == channels,
            f"a convolution of {channels} channels cannot follow shape {input_shape}",
        )
        return (*windows_in(self.windows, input_shape), self.weights.shape[3])

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        positive, negative = signed_parts(self.weights)
        smallest = self._convolve(lowest, positive) - self._convolve(highest, negative)
        largest = self._convolve(highest, positive) - self._convolve(lowest, negative)
        return smallest.astype(np.int64), largest.astype(np.int64)

    def sums(self, values: np.ndarray) -> np.ndarray:
        places = windows_of(self.windows, values.shape)
        flat = np.append(values.reshape(-1), [BitSum()])
        rows, columns = places.shape[:2]
        # (positions, channels, taps) to the order of the weights, taps first.
        seen = flat[places].swapaxes(-1, -2).reshape(rows * columns, -1)
        found = dense_sums(seen, self.matrix)
        return found.reshape(rows, columns, -1)

    def _largest_gain(self) -> int:
        """At most what a filter's sum grows by for each unit of |x|."""
        return self.weights[..., 0].size * (1 if is_ternary(self.weights) else 128)

    def _convolve(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        taps = self.windows.taps(x.astype(weights.dtype))
        flat = weights.reshape(-1, *weights.shape[2:])
        return sum(tap @ kernel for tap, kernel in zip(taps, flat, strict=True))
