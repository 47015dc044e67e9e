"""Layers of the integer network: frozen values that know their own integer arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.network.image_layers import Conv2D, MaxPool
from hls_projects.network.integer_layer import (
    INT32,
    Interval,
    Layer,
    as_tuple,
    describe,
    require,
    require_ternary,
)

__all__ = [
    "INT32",
    "KINDS",
    "Conv2D",
    "Dense",
    "Flatten",
    "Head",
    "Interval",
    "Layer",
    "MaxPool",
    "Reshape",
    "Threshold",
]


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """acc = x · W with W in {−1, 0, 1}: sums and differences of integers.

    Args:
        weights: int8 (inputs, outputs), each −1, 0 or 1.

    Raises:
        ValueError: for another type, rank or value.
    """

    weights: np.ndarray
    kind: ClassVar[str] = "dense"
    array_fields: ClassVar[tuple[str, ...]] = ("weights",)

    def __post_init__(self) -> None:
        require_ternary(self.weights, "dense", "inputs, outputs")

    @property
    def nonzeros(self) -> int:
        return int(np.count_nonzero(self.weights))

    def forward(self, x: np.ndarray) -> np.ndarray:
        # float64 BLAS is exact here: |acc| < 2^53 by far, and much faster than integer matmul.
        return (x.astype(np.float64) @ self.weights.astype(np.float64)).astype(np.int32)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            bool(input_shape) and input_shape[-1] == self.weights.shape[0],
            f"a dense layer of {self.weights.shape[0]} inputs cannot follow shape {input_shape}",
        )
        return (*input_shape[:-1], self.weights.shape[1])

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        positive = (self.weights > 0).astype(np.float64)
        negative = (self.weights < 0).astype(np.float64)
        return (
            (lowest @ positive - highest @ negative).astype(np.int64),
            (highest @ positive - lowest @ negative).astype(np.int64),
        )


@dataclass(frozen=True, eq=False)
class Threshold(Layer):
    """Batch normalization and activation as comparisons of an integer with integers.

    activation = Σ_k [acc ≥ v_k] for direction 1, Σ_k [acc ≤ v_k] for direction −1.
    A constant channel has its levels at the ends of the int32 range.

    Args:
        levels: int32 (channels, 2^bits − 1), v_k of each channel.
        direction: int8 (channels,), each 1 or −1.

    Raises:
        ValueError: for another type, shape or value.
    """

    levels: np.ndarray
    direction: np.ndarray
    kind: ClassVar[str] = "threshold"
    array_fields: ClassVar[tuple[str, ...]] = ("levels", "direction")

    def __post_init__(self) -> None:
        v, d = self.levels, self.direction
        require(
            isinstance(v, np.ndarray) and v.dtype == np.int32 and v.ndim == 2 and v.size > 0,
            "`levels` must be a non-empty int32 array (channels, 2^bits - 1). "
            f"Received: {describe(v)}",
        )
        require(
            v.shape[1] in {(1 << bits) - 1 for bits in range(1, 9)},
            f"`levels` must hold 2^bits - 1 levels a channel. Received: {v.shape[1]} levels",
        )
        require(
            isinstance(d, np.ndarray) and d.dtype == np.int8 and d.shape == v.shape[:1],
            f"`direction` must be an int8 array ({v.shape[0]},). Received: {describe(d)}",
        )
        require(bool(np.isin(d, (-1, 1)).all()), "`direction` must be 1 or -1 everywhere.")

    @property
    def bits(self) -> int:
        """Bits of the activation, which counts 0 … 2^bits − 1 levels."""
        return int(self.levels.shape[1]).bit_length()

    def forward(self, x: np.ndarray) -> np.ndarray:
        count = np.zeros(x.shape, np.int32)
        rising = self.direction > 0
        for level in self.levels.T:
            count += np.where(rising, x >= level, x <= level)
        return count

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            bool(input_shape) and input_shape[-1] == len(self.direction),
            f"a threshold layer of {len(self.direction)} channels cannot follow {input_shape}",
        )
        return input_shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        ends = np.stack([self.forward(lowest), self.forward(highest)]).astype(np.int64)
        return ends.min(axis=0), ends.max(axis=0)


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Reshapes a sample to one dimension, last axis fastest."""

    kind: ClassVar[str] = "flatten"
    computes: ClassVar[bool] = False

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), -1)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (int(np.prod(input_shape)),)

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest.reshape(-1), highest.reshape(-1)


@dataclass(frozen=True, eq=False)
class Reshape(Layer):
    """Gives a sample another shape of as many elements, last axis fastest.

    Args:
        shape: of the output, without the batch.

    Raises:
        ValueError: unless it holds integers ≥ 1.
    """

    shape: tuple[int, ...]
    kind: ClassVar[str] = "reshape"
    computes: ClassVar[bool] = False
    option_fields: ClassVar[tuple[str, ...]] = ("shape",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", as_tuple(self.shape))
        require(
            isinstance(self.shape, tuple)
            and bool(self.shape)
            and all(isinstance(n, int) and n >= 1 for n in self.shape),
            f"`shape` must hold integers >= 1. Received: {self.shape!r}",
        )

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), *self.shape)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            math.prod(input_shape) == math.prod(self.shape),
            f"shape {input_shape} cannot become {self.shape}",
        )
        return self.shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest.reshape(self.shape), highest.reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Head(Layer):
    """logits = acc + bias, the integers whose argmax is the prediction.

    Args:
        bias: int32 (classes,).

    Raises:
        ValueError: for another type or rank.
    """

    bias: np.ndarray
    kind: ClassVar[str] = "head"
    array_fields: ClassVar[tuple[str, ...]] = ("bias",)

    def __post_init__(self) -> None:
        b = self.bias
        require(
            isinstance(b, np.ndarray) and b.dtype == np.int32 and b.ndim == 1 and b.size > 0,
            f"`bias` must be a non-empty int32 array (classes,). Received: {describe(b)}",
        )

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x + self.bias

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            input_shape == self.bias.shape,
            f"a head of {len(self.bias)} classes cannot follow shape {input_shape}",
        )
        return input_shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest + self.bias, highest + self.bias


KINDS: dict[str, type[Layer]] = {
    cls.kind: cls for cls in (Dense, Conv2D, Threshold, MaxPool, Flatten, Reshape, Head)
}
