"""The last layer of each output: logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, describe, require
from hls_projects.logic.columns import BitSum


@dataclass(frozen=True, eq=False)
class Head(Layer):
    """logits = acc · 2^shift + bias, the integers whose argmax is the prediction.

    Args:
        bias: int32 (classes,).
        shift: int8 (classes,), each 0 … 31; None, the same as zeros, where acc and bias have one
            step.

    Raises:
        ValueError: for another type or rank.
    """

    bias: np.ndarray
    shift: np.ndarray | None = None
    kind: ClassVar[str] = "head"
    role: ClassVar[Role] = Role.OUTPUT
    hls_class: ClassVar[str] = "IntegerHead"
    numbered: ClassVar[bool] = False
    array_fields: ClassVar[tuple[str, ...]] = ("bias", "shift")
    optional_fields: ClassVar[tuple[str, ...]] = ("shift",)

    def __post_init__(self) -> None:
        b = self.bias
        require(
            isinstance(b, np.ndarray) and b.dtype == np.int32 and b.ndim == 1 and b.size > 0,
            f"`bias` must be a non-empty int32 array (classes,). Received: {describe(b)}",
        )
        s = self.shift
        require(
            s is None
            or (isinstance(s, np.ndarray) and s.dtype == np.int8 and s.shape == b.shape)
            and bool(((s >= 0) & (s < 32)).all()),
            f"`shift` must be an int8 array ({len(b)},) of 0 to 31, or None. "
            f"Received: {describe(s)}",
        )

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self._shifted(x) + self.bias

    def _shifted(self, x: np.ndarray) -> np.ndarray:
        return x if self.shift is None else x << self.shift.astype(x.dtype)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            input_shape == self.bias.shape,
            f"a head of {len(self.bias)} classes cannot follow shape {input_shape}",
        )
        return input_shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return self._shifted(lowest) + self.bias, self._shifted(highest) + self.bias

    def sums(self, values: np.ndarray) -> np.ndarray:
        shift = np.zeros(len(self.bias), int) if self.shift is None else self.shift
        classes = zip(values, self.bias, shift, strict=True)
        return np.array([_plus(value, int(b), int(s)) for value, b, s in classes])


def _plus(value: BitSum, offset: int, places: int) -> BitSum:
    total = BitSum(offset)
    total.add(value, 1, places)
    return total
