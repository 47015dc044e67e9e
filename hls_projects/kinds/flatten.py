"""A sample as one dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Reshapes a sample to one dimension, last axis fastest."""

    kind: ClassVar[str] = "flatten"
    role: ClassVar[Role] = Role.SHAPE
    hls_class: ClassVar[str] = "Reshape"
    numbered: ClassVar[bool] = False

    @property
    def flattens(self) -> bool:
        return True

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), -1)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (int(np.prod(input_shape)),)

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return lowest.reshape(-1), highest.reshape(-1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(-1)
