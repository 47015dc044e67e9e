"""Sums and differences of all values: a dense layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import (
    Interval,
    Layer,
    Role,
    is_ternary,
    require,
    require_small_integers,
    signed_parts,
)
from hls_projects.logic.columns import dense_sums


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """acc = x · W: sums and differences of integers, shifted where |W| is not 1.

    Args:
        weights: int8 (inputs, outputs); −1, 0 and 1 cost least.

    Raises:
        ValueError: for another type or rank.
    """

    weights: np.ndarray
    kind: ClassVar[str] = "dense"
    role: ClassVar[Role] = Role.WEIGHTED
    array_fields: ClassVar[tuple[str, ...]] = ("weights",)

    def __post_init__(self) -> None:
        require_small_integers(self.weights, self.kind, "inputs, outputs")

    @property
    def hls_class(self) -> str:
        return "SparseTernaryDense" if is_ternary(self.weights) else "IntegerDense"

    @property
    def matrix(self) -> np.ndarray:
        return self.weights

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
        positive, negative = signed_parts(self.weights)
        return (
            (lowest @ positive - highest @ negative).astype(np.int64),
            (highest @ positive - lowest @ negative).astype(np.int64),
        )

    def sums(self, values: np.ndarray) -> np.ndarray:
        return dense_sums(values, self.weights)
