"""How float inputs become the integers that hardware sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class InputFormat:
    """x_int = clip(floor(x / scale), lowest, highest), in float32 as Keras computes it.

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
        scale = np.asarray(self.scale, np.float64)
        if not (np.isfinite(scale).all() and (scale > 0).all()):
            raise ValueError(f"`scale` must be finite and > 0. Received: {self.scale!r}")
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
        levels = np.floor(x / np.asarray(self.scale, np.float32))
        return np.clip(levels, self.lowest, self.highest).astype(np.int32)
