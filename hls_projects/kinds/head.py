"""The last layer: logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, describe, require
from hls_projects.logic.columns import BitSum


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
    role: ClassVar[Role] = Role.OUTPUT
    hls_class: ClassVar[str] = "IntegerHead"
    numbered: ClassVar[bool] = False
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

    def sums(self, values: np.ndarray) -> np.ndarray:
        return np.array([_plus(v, int(b)) for v, b in zip(values, self.bias, strict=True)])


def _plus(value: BitSum, offset: int) -> BitSum:
    total = BitSum(offset)
    total.add(value, 1)
    return total
