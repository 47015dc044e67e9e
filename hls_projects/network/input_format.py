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
            ValueError: if the shape differs, x holds NaN, or integers where the scale is no whole
                number, which are pixels that nobody has scaled.
        """
        x = np.asarray(x)
        if x.shape[1:] != self.shape:
            raise ValueError(
                f"`x` must have shape (batch, {', '.join(map(str, self.shape))}). "
                f"Received: {x.shape}{channels_hint(x.shape[1:], self.shape)}"
            )
        if x.dtype.kind in "iu" and np.any(np.asarray(self.scale) % 1):
            raise ValueError(
                f"`x` must hold floats, in the units of training, where `scale` is {self.scale}: "
                "such as pixels / 256, or x.astype(np.float32) if integers are those units. "
                f"Received: {x.dtype}"
            )
        x = x.astype(np.float32)
        if np.isnan(x).any():
            raise ValueError("`x` must not hold NaN.")
        levels = np.floor(self._steps(self.without_denormals(x)))
        return np.clip(levels, self.lowest, self.highest).astype(np.int32)

    def without_denormals(self, x: np.ndarray) -> np.ndarray:
        """float32 x (batch, *shape), with 0 wherever x or x / scale is denormal."""
        x = np.where(_denormal(x), np.float32(0), x)
        return np.where(_denormal(self._steps(x)), np.float32(0), x)

    def _steps(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", under="ignore"):
            return x / np.asarray(self.scale, np.float32)

    def check_integers(self, x_int: np.ndarray, name: str = "x_int") -> np.ndarray:
        """Integers of this format, (batch, *shape) or (batch, elements), as int32 (batch, *shape).

        Args:
            x_int: the integers.
            name: of the argument, for messages.

        Raises:
            ValueError: for another shape, another type than integers or booleans, or an integer
                beyond `lowest` and `highest`.
        """
        x_int = shaped_samples(x_int, self.shape, name)
        received = f"{x_int.dtype}"
        wrong = x_int.dtype.kind not in "iub"
        if not wrong and x_int.size:
            low, high = x_int.min(), x_int.max()
            received += f" from {low} to {high}"
            wrong = low < self.lowest or high > self.highest
        if wrong:
            raise ValueError(
                f"`{name}` must be integers from {self.lowest} to {self.highest}, as "
                f"InputFormat.quantize makes them. Received: {received}"
            )
        return x_int.astype(np.int32, copy=False)


def _denormal(x: np.ndarray) -> np.ndarray:
    """Whether float32 numbers are smaller than 2^−126."""
    return np.abs(x) < np.finfo(np.float32).smallest_normal


def shaped_samples(x: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Samples (batch, *shape), or each one flat, as (batch, *shape).

    Raises:
        ValueError: naming the argument, for another shape.
    """
    x, size = np.asarray(x), math.prod(shape)
    if x.shape[1:] not in (shape, (size,)):
        flat = f", or (batch, {size})" if len(shape) > 1 else ""
        raise ValueError(
            f"`{name}` must have shape (batch, {', '.join(map(str, shape))}){flat}. "
            f"Received: {x.shape}{channels_hint(x.shape[1:], shape)}"
        )
    return x.reshape(len(x), *shape)


def channels_hint(received: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What to do about samples that are of this shape but for the place of their channels."""
    if len(shape) == 3 and tuple(received) == (shape[2], *shape[:2]):
        return "; channels must be last, as np.moveaxis(x, 1, -1) puts them"
    return ""
