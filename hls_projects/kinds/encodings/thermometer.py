"""Features as bits that say which constants they have reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.dense import Dense
from hls_projects.kinds.layer import Interval, Layer, Role, describe, require
from hls_projects.kinds.threshold import Levels


@dataclass(frozen=True, eq=False)
class Thermometer(Layer):
    """y_k = [x_f(k) ≥ v_k]: bits of the features on the last axis, one a level.

    Args:
        levels: int32 (bits,), v.
        feature: int32 (bits,), f: which feature is compared, ascending.

    Raises:
        ValueError: for another type, shape or value.
    """

    levels: np.ndarray
    feature: np.ndarray
    kind: ClassVar[str] = "thermometer"
    role: ClassVar[Role] = Role.ENCODER
    hls_class: ClassVar[str] = "IntegerThermometer"
    array_fields: ClassVar[tuple[str, ...]] = ("levels", "feature")

    def __post_init__(self) -> None:
        v, f = self.levels, self.feature
        require(
            isinstance(v, np.ndarray) and v.dtype == np.int32 and v.ndim == 1 and v.size > 0,
            f"`levels` must be a non-empty int32 array (bits,). Received: {describe(v)}",
        )
        require(
            isinstance(f, np.ndarray) and f.dtype == np.int32 and f.shape == v.shape,
            f"`feature` must be an int32 array ({v.size},). Received: {describe(f)}",
        )
        require(
            bool(f[0] >= 0 and (np.diff(f) >= 0).all()),
            "`feature` must hold ascending integers >= 0.",
        )

    @property
    def comparisons(self) -> Levels:
        """The same levels, of values that are there once for each bit."""
        return Levels(self.levels[:, None], np.ones(len(self.levels), np.int8))

    def copies(self, features: int) -> Dense:
        """What makes these values of so many features."""
        weights = np.zeros((features, len(self.feature)), np.int8)
        weights[self.feature, np.arange(len(self.feature))] = 1
        return Dense(weights)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return (x[..., self.feature] >= self.levels).astype(np.int32)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(
            bool(input_shape) and input_shape[-1] > self.feature[-1],
            f"a thermometer of {self.feature[-1] + 1} features cannot follow shape {input_shape}",
        )
        return (*input_shape[:-1], len(self.levels))

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return self.forward(lowest).astype(np.int64), self.forward(highest).astype(np.int64)
