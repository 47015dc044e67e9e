"""The sum of every window of each channel: an average, whose divisor the next levels take in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hls_projects.kinds.channels.each_channel import of_all_channels
from hls_projects.kinds.conv2d import Conv2D
from hls_projects.kinds.layer import Interval, Layer, Role, as_tuple, require
from hls_projects.kinds.windows import Windows, is_pair, windows_in


@dataclass(frozen=True, eq=False)
class SumPool(Layer):
    """The sum of each channel in every window inside the image.

    Args:
        pool: rows and columns of the window, ≥ 1.
        strides: of rows and columns, ≥ 1.
        channels: of the image, ≥ 1.

    Raises:
        ValueError: for another type or value.
    """

    pool: tuple[int, int]
    strides: tuple[int, int]
    channels: int
    kind: ClassVar[str] = "sumpool"
    role: ClassVar[Role] = Role.SUM
    hls_class: ClassVar[str] = "SparseTernaryConv2D"
    option_fields: ClassVar[tuple[str, ...]] = ("pool", "strides", "channels")

    def __post_init__(self) -> None:
        for name in ("pool", "strides"):
            object.__setattr__(self, name, as_tuple(getattr(self, name)))
            value = getattr(self, name)
            require(is_pair(value), f"`{name}` must be two integers >= 1. Received: {value!r}")
        require(
            type(self.channels) is int and self.channels >= 1,
            f"`channels` must be an integer >= 1. Received: {self.channels!r}",
        )

    @cached_property
    def convolution(self) -> Conv2D:
        """The same as a convolution whose weights are 1 and 0."""
        ones = np.ones((*self.pool, self.channels, 1), np.int8)
        return Conv2D(of_all_channels(ones), self.strides)

    @property
    def hls_attributes(self) -> dict[str, Any]:
        return self.convolution.hls_attributes

    @property
    def matrix(self) -> np.ndarray:
        return self.convolution.matrix

    @property
    def windows(self) -> Windows:
        return Windows(self.pool, self.strides)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return sum(self.windows.taps(x))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            len(input_shape) == 3 and input_shape[-1] == self.channels,
            f"a sum of {self.channels} channels cannot follow shape {input_shape}",
        )
        return (*windows_in(self.windows, input_shape), self.channels)

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return self.forward(lowest), self.forward(highest)

    def sums(self, values: np.ndarray) -> np.ndarray:
        return self.convolution.sums(values)
