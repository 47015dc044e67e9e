"""Batch normalization and activation, as comparisons of integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, describe, require


@dataclass(frozen=True, eq=False)
class Levels(Layer):
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
    role: ClassVar[Role] = Role.ACTIVATION
    hls_class: ClassVar[str] = "IntegerThreshold"
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
