"""How float inputs become the integers that hardware sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LARGEST_SAMPLE = 1 << 24


@dataclass(frozen=True)
class InputFormat:
    """x_int = clip(floor(x / scale), lowest, highest), in float32 as Keras computes it.

    Denormal numbers, x or x / scale, count as 0, which is what TensorFlow takes them for.

    Args:
        bits: width of x_int, 1 to 8.
        signed: two's complement if true.
        scale: step of one integer in units of x, > 0; a number, or one for each element of the
            last axis.
        shape: shape of one sample, without the batch.

    Raises:
        ValueError: for values outside these ranges.

    Example:
        >>> InputFormat(bits=1, signed=False, scale=0.375, shape=(2,)).quantize([[0.3, 0.4]])
        array([[0, 1]], dtype=int32)
    """

    bits: int
    signed: bool
    scale: float | tuple[float, ...]
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if not (isinstance(self.bits, int) and 1 <= self.bits <= 8):
            raise ValueError(f"`bits` of an input must be 1 to 8. Received: {self.bits!r}")
        if not self.shape or any(not isinstance(n, int) or n < 1 for n in self.shape):
            raise ValueError(f"`shape` must hold positive sizes. Received: {self.shape!r}")
        if math.prod(self.shape) > LARGEST_SAMPLE:
            raise ValueError(
                f"`shape` must hold at most {LARGEST_SAMPLE:,} elements. Received: {self.shape!r}"
            )
        scale, float32 = np.asarray(self.scale, np.float64), np.finfo(np.float32)
        if not ((scale >= float32.smallest_normal) & (scale <= float32.max)).all():
            raise ValueError(
                f"`scale` must be finite and > 0, in the range of float32. Received: {self.scale!r}"
            )
        if scale.ndim and scale.shape != self.shape[-1:]:
            raise ValueError(
                f"`scale` must be a number or {self.shape[-1]} of them, one for each element of "
                f"the last axis. Received: {scale.size}"
            )

    @property
    def lowest(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        return (1 << (self.bits - 1)) - 1 if self.signed else (1 << self.bits) - 1

    def quantize(self, x: np.ndarray) -> np.ndarray:
        """Floats (batch, *shape) to int32 of the same shape.

        Raises:
            ValueError: if the shape differs or x holds NaN.
        """
        x = np.asarray(x, np.float32)
        if x.shape[1:] != self.shape:
            raise ValueError(
                f"`x` must have shape (batch, {', '.join(map(str, self.shape))}). "
                f"Received: {x.shape}"
            )
        if np.isnan(x).any():
            raise ValueError("`x` must not hold NaN.")
        with np.errstate(over="ignore"):
            steps = flush_denormals(flush_denormals(x) / np.asarray(self.scale, np.float32))
        levels = np.floor(steps)
        return np.clip(levels, self.lowest, self.highest).astype(np.int32)


def flush_denormals(x: np.ndarray) -> np.ndarray:
    """float32 numbers, those smaller than 2^−126 as 0."""
    return np.where(np.abs(x) < np.finfo(np.float32).smallest_normal, np.float32(0), x)
