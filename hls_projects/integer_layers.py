"""Layers of the integer network: frozen values that know their own integer arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

INT32 = np.iinfo(np.int32)

Interval = tuple[np.ndarray, np.ndarray]


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


class Layer:
    """One step of an integer network: ``forward`` maps integers (batch, ...) to integers.

    Subclasses are frozen dataclasses.  ``kind`` names them in the file format, ``arrays`` are
    what the file stores and ``options`` what its header says of them; both together rebuild the
    layer, ``cls(**options, **arrays)``.
    """

    kind: ClassVar[str]
    array_fields: ClassVar[tuple[str, ...]] = ()
    option_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in self.array_fields}

    @property
    def options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.option_fields}

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Integers (batch, *input shape) to integers (batch, *output shape), int32."""
        raise NotImplementedError

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one output sample; raises ValueError if the layer cannot take the input."""
        raise NotImplementedError

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        """Smallest and largest output of each element, by interval arithmetic from its inputs'."""
        raise NotImplementedError


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
        w = self.weights
        _require(
            isinstance(w, np.ndarray) and w.dtype == np.int8 and w.ndim == 2 and w.size > 0,
            "`weights` of a dense layer must be a non-empty int8 array (inputs, outputs). "
            f"Received: {_describe(w)}",
        )
        _require(
            bool((np.abs(w.astype(np.int16)) <= 1).all()),
            f"`weights` must be -1, 0 or 1. Received values from {w.min()} to {w.max()}",
        )

    @property
    def nonzeros(self) -> int:
        return int(np.count_nonzero(self.weights))

    def forward(self, x: np.ndarray) -> np.ndarray:
        # float64 BLAS is exact here: |acc| < 2^53 by far, and much faster than integer matmul.
        return (x.astype(np.float64) @ self.weights.astype(np.float64)).astype(np.int32)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        _require(
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
        _require(
            isinstance(v, np.ndarray) and v.dtype == np.int32 and v.ndim == 2 and v.size > 0,
            "`levels` must be a non-empty int32 array (channels, 2^bits - 1). "
            f"Received: {_describe(v)}",
        )
        _require(
            v.shape[1] in {(1 << bits) - 1 for bits in range(1, 9)},
            f"`levels` must hold 2^bits - 1 levels a channel. Received: {v.shape[1]} levels",
        )
        _require(
            isinstance(d, np.ndarray) and d.dtype == np.int8 and d.shape == v.shape[:1],
            f"`direction` must be an int8 array ({v.shape[0]},). Received: {_describe(d)}",
        )
        _require(bool(np.isin(d, (-1, 1)).all()), "`direction` must be 1 or -1 everywhere.")

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
        _require(
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

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), -1)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (int(np.prod(input_shape)),)

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest.reshape(-1), highest.reshape(-1)


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
        _require(
            isinstance(b, np.ndarray) and b.dtype == np.int32 and b.ndim == 1 and b.size > 0,
            f"`bias` must be a non-empty int32 array (classes,). Received: {_describe(b)}",
        )

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x + self.bias

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        _require(
            input_shape == self.bias.shape,
            f"a head of {len(self.bias)} classes cannot follow shape {input_shape}",
        )
        return input_shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest + self.bias, highest + self.bias


KINDS: dict[str, type[Layer]] = {cls.kind: cls for cls in (Dense, Threshold, Flatten, Head)}


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    return f"{type(value).__name__}"
