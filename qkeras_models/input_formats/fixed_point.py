"""The integers that hardware sees in place of float inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SMALLEST = np.finfo(np.float32).smallest_normal
MOST_BITS = 16
# Of float32: every multiple of a scale must have no more, so that a division finds it exactly.
SIGNIFICANT_BITS = 24
# Of a scale, at most.
SCALE_BITS = 16


@dataclass(frozen=True)
class IntegerRange:
    """0 … 2^bits − 1, or −2^(bits−1) … 2^(bits−1) − 1 where signed.

    Args:
        bits: 1 to 16.
        signed: whether integers may be negative.

    Raises:
        ValueError: for a value outside these ranges.
    """

    bits: int
    signed: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", check_bits(self.bits))
        if not isinstance(self.signed, (bool, np.bool_)):
            raise ValueError(f"`signed` must be True or False. Received: {self.signed!r}")
        object.__setattr__(self, "signed", bool(self.signed))

    @property
    def lowest(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        return self.lowest + (1 << self.bits) - 1


@dataclass(frozen=True)
class FixedPoint(IntegerRange):
    """x_int = clip(floor(x / scale), lowest, highest), in float32 as Keras computes it.

    Unsigned: 0 … 2^bits − 1.  Signed: −2^(bits−1) … 2^(bits−1) − 1.  One unsigned bit asks
    x ≥ scale; one signed bit asks x ≥ 0 (its integers are −1 and 0).  Denormal numbers, x or
    x / scale, count as 0, which is what TensorFlow takes them for.

    Args:
        bits: width of x_int, 1 to 16.
        signed: whether x_int may be negative.
        scale: one step of x_int in units of x, a positive float32; a number, or one for each
            element of the samples' last axis.

    Raises:
        ValueError: for a value outside these ranges.

    Example:
        >>> FixedPoint(bits=1, signed=False, scale=0.375).quantize([0.3, 0.4])
        array([0, 1], dtype=int32)
    """

    scale: float | tuple[float, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "scale", _check_scale(self.scale))

    def quantize(self, x: np.ndarray) -> np.ndarray:
        """Floats of any shape, their last axis matching `scale`, to int32 of that shape."""
        return self.with_scale(np.asarray(x, np.float32), self.scale).astype(np.int32)

    def with_scale(self, x: np.ndarray, scale: np.ndarray | float) -> np.ndarray:
        """The integers of float32 x, as floats, if the scale were another one."""
        with np.errstate(over="ignore", under="ignore"):
            steps = _flushed(x) / np.asarray(scale, np.float32)
        return np.clip(np.floor(_flushed(steps)), self.lowest, self.highest)

    def without_denormals(self, x: np.ndarray) -> np.ndarray:
        """float32 x of the same shape, with 0 wherever x or x / scale is denormal."""
        x = _flushed(x)
        with np.errstate(over="ignore", under="ignore"):
            steps = x / np.asarray(self.scale, np.float32)
        return np.where(np.abs(steps) < SMALLEST, np.float32(0), x)


def _flushed(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < SMALLEST, np.float32(0), x)


def check_bits(bits: int) -> int:
    """The width as a Python int.

    Raises:
        ValueError: if it is not an integer from 1 to 16.
    """
    is_integer = isinstance(bits, (int, np.integer)) and not isinstance(bits, bool)
    if not is_integer or not 1 <= bits <= MOST_BITS:
        raise ValueError(
            f"`bits` of an input must be an integer from 1 to {MOST_BITS}. Received: {bits!r}"
        )
    return int(bits)


def scale_bits(bits: int) -> int:
    """Significant bits that a scale of inputs of so many bits may have: 16, or 24 − bits."""
    return min(SCALE_BITS, SIGNIFICANT_BITS - bits)


def _check_scale(scale: float | tuple[float, ...]) -> float | tuple[float, ...]:
    try:
        values = np.asarray(scale, np.float64)
    except (TypeError, ValueError):
        values = np.array(math.nan)
    with np.errstate(over="ignore", under="ignore"):
        single = values.astype(np.float32)
    if values.ndim > 1 or not values.size or not (np.isfinite(single) & (single >= SMALLEST)).all():
        raise ValueError(
            "`scale` of an input must be a positive number, or one for each element of the last "
            f"axis, in the range of float32. Received: {scale!r}"
        )
    return tuple(values.tolist()) if values.ndim else float(values)
