"""How float inputs become the integers that hardware sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds.windows import are_counts
from hls_projects.network.input_part import InputPart
from qkeras_models.input_formats.fixed_point import FixedPoint

LARGEST_SAMPLE = 1 << 24


@dataclass(frozen=True)
class InputFormat(FixedPoint):
    """Fixed-point inputs of a network, all elements of a sample in one format, or in parts.

    Args:
        bits, signed, scale: see FixedPoint.  With parts, those of integers that hold all of them.
        shape: of one sample, without the batch.
        parts: of several inputs whose widths or signs differ, each one's; else empty.  They follow
            one another in a vector.

    Raises:
        ValueError: for values outside these ranges.

    Example:
        >>> InputFormat(bits=1, signed=False, scale=0.375, shape=(2,)).quantize([[0.3, 0.4]])
        array([[0, 1]], dtype=int32)
    """

    shape: tuple[int, ...]
    parts: tuple[InputPart, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.shape or not are_counts(self.shape):
            raise ValueError(f"`shape` must hold positive sizes. Received: {self.shape!r}")
        if math.prod(self.shape) > LARGEST_SAMPLE:
            raise ValueError(
                f"`shape` must hold at most {LARGEST_SAMPLE:,} elements. Received: {self.shape!r}"
            )
        if isinstance(self.scale, tuple) and len(self.scale) != self.shape[-1]:
            raise ValueError(
                f"`scale` must be a number or {self.shape[-1]} of them, one for each element of "
                f"the last axis. Received: {len(self.scale)}"
            )
        if self.parts:
            self._check_parts()

    def _check_parts(self) -> None:
        size = sum(part.size for part in self.parts)
        if self.shape != (size,):
            raise ValueError(
                f"`parts` must be those of a vector of {self.shape}. Received: {size} values"
            )
        for part in self.parts:
            if part.lowest < self.lowest or part.highest > self.highest:
                raise ValueError(
                    f"`parts` must be integers from {self.lowest} to {self.highest}. "
                    f"Received: {part}"
                )

    @property
    def widths(self) -> list[tuple[int, bool]]:
        """Bits and sign of each element, in order; those that it has of its own."""
        if not self.parts:
            return [(self.bits, self.signed)] * math.prod(self.shape)
        return [(part.bits, part.signed) for part in self.parts for _ in range(part.size)]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest integer of each element, int64 of the shape of a sample."""
        ends = [(part.lowest, part.highest, part.size) for part in self.parts]
        ends = ends or [(self.lowest, self.highest, math.prod(self.shape))]
        lowest, highest, sizes = (np.array(row, np.int64) for row in zip(*ends, strict=True))
        return tuple(np.repeat(end, sizes).reshape(self.shape) for end in (lowest, highest))

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
        found = super().quantize(x)
        return np.clip(found, *self.bounds()).astype(np.int32) if self.parts else found

    def dequantize(self, x_int: np.ndarray) -> np.ndarray:
        """The floats that integers stand for, x_int · scale, float32."""
        return (np.asarray(x_int) * np.asarray(self.scale, np.float32)).astype(np.float32)

    def check_integers(self, x_int: np.ndarray, name: str = "x_int") -> np.ndarray:
        """Integers of this format, (batch, *shape) or (batch, elements), as int32 (batch, *shape).

        Args:
            x_int: the integers.
            name: of the argument, for messages.

        Raises:
            ValueError: for another shape, another type than integers or booleans, or an integer
                beyond `lowest` and `highest`, or beyond those of its part.
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
        first = 0
        for part in self.parts:
            own = x_int[:, first : first + part.size]
            first += part.size
            if own.size and (own.min() < part.lowest or own.max() > part.highest):
                raise ValueError(
                    f"`{name}` of input '{part.name}' must be integers from {part.lowest} to "
                    f"{part.highest}, as InputFormat.quantize makes them. "
                    f"Received: from {own.min()} to {own.max()}"
                )
        return x_int.astype(np.int32, copy=False)


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
