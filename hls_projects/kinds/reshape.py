"""A sample in another shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, as_tuple, require
from hls_projects.kinds.windows import are_counts


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
    role: ClassVar[Role] = Role.SHAPE
    hls_class: ClassVar[str] = "Reshape"
    numbered: ClassVar[bool] = False
    option_fields: ClassVar[tuple[str, ...]] = ("shape",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", as_tuple(self.shape))
        require(
            isinstance(self.shape, tuple)
            and bool(self.shape)
            and are_counts(self.shape),
            f"`shape` must hold integers >= 1. Received: {self.shape!r}",
        )

    @property
    def flattens(self) -> bool:
        return len(self.shape) == 1

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

    def sums(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(self.shape)
