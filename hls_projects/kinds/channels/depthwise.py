"""Sums and differences within windows of each channel alone: a depthwise convolution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hls_projects.kinds.channels.each_channel import of_all_channels
from hls_projects.kinds.conv2d import Conv2D
from hls_projects.kinds.layer import Interval, Layer, Role, require, require_small_integers
from hls_projects.kinds.windows import Windows


@dataclass(frozen=True, eq=False)
class Depthwise(Layer):
    """acc[r, c, channel · multiplier + i] = Σ over the window at (r, c) of x[channel] · W[i].

    Args:
        weights: int8 (height, width, channels, multiplier); −1, 0 and 1 cost least.
        strides, padding: as those of Conv2D.

    Raises:
        ValueError: for another type, rank or value.
    """

    weights: np.ndarray
    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    kind: ClassVar[str] = "depthwise"
    role: ClassVar[Role] = Role.WEIGHTED
    array_fields: ClassVar[tuple[str, ...]] = ("weights",)
    option_fields: ClassVar[tuple[str, ...]] = ("strides", "padding")

    def __post_init__(self) -> None:
        require_small_integers(self.weights, self.kind, "height, width, channels, multiplier")
        object.__setattr__(self, "strides", self.convolution.strides)

    @cached_property
    def convolution(self) -> Conv2D:
        """The same of all channels, most weights 0."""
        return Conv2D(of_all_channels(self.weights), self.strides, self.padding)

    @property
    def hls_class(self) -> str:
        return self.convolution.hls_class

    @property
    def hls_attributes(self) -> dict[str, Any]:
        return self.convolution.hls_attributes

    @property
    def nonzeros(self) -> int:
        return int(np.count_nonzero(self.weights))

    @property
    def matrix(self) -> np.ndarray:
        return self.convolution.matrix

    @property
    def windows(self) -> Windows:
        return self.convolution.windows

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self._convolve(x.astype(np.int64), self.weights).astype(np.int32)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        channels = self.weights.shape[2]
        require(
            len(input_shape) == 3 and input_shape[-1] == channels,
            f"a depthwise convolution of {channels} channels cannot follow shape {input_shape}",
        )
        return self.convolution.output_shape(input_shape)

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        exact = self.weights.astype(np.int64)
        positive, negative = np.maximum(exact, 0), np.maximum(-exact, 0)
        return (
            self._convolve(lowest, positive) - self._convolve(highest, negative),
            self._convolve(highest, positive) - self._convolve(lowest, negative),
        )

    def sums(self, values: np.ndarray) -> np.ndarray:
        return self.convolution.sums(values)

    def _convolve(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        flat = weights.reshape(-1, *weights.shape[2:]).astype(np.int64)
        taps = self.windows.taps(x)
        found = sum(tap[..., None] * kernel for tap, kernel in zip(taps, flat, strict=True))
        return found.reshape(*found.shape[:-2], -1)
