"""What happens at one pixel, or in one window of pixels, of a stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import Layer, Levels, Role
from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.pixel_order import PixelOrder

INPUT = -1


@dataclass(frozen=True)
class Numbers:
    """The values of a pixel: `count` numbers of `bits` each, two's complement if `signed`."""

    bits: int
    signed: bool
    count: int

    @property
    def width(self) -> int:
        """Bits of the pixel."""
        return self.bits * self.count


@dataclass(frozen=True)
class PixelStep:
    """One stage of a stream.

    Args:
        number: from 1, of its stage.
        layer: a pool, one of weights, one that joins branches, levels alone, or one that moves
            pixels.
        threshold: after sums; None where the sums themselves go on.
        buffer: makes windows, lets branches wait, or moves pixels; None for a layer that needs
            none.
        inputs: of one pixel of each branch that it takes.
        outputs: of one pixel that it makes.
        sources: numbers from 0 of the steps that it takes, INPUT for the image itself.
        positions: pixels of an image that it makes.
    """

    number: int
    layer: Layer
    threshold: Levels | None
    buffer: LineBuffer | JoinBuffer | PixelOrder | None
    inputs: tuple[Numbers, ...]
    outputs: Numbers
    sources: tuple[int, ...]
    positions: int

    @property
    def pools(self) -> bool:
        return self.layer.role is Role.POOL

    @property
    def moves(self) -> bool:
        """Whether its buffer does all of it, so that no logic follows."""
        return self.layer.role is Role.MOVE

    @property
    def bits(self) -> int:
        """Of the widest numbers that it takes."""
        return max(numbers.bits for numbers in self.inputs)

    @property
    def signed(self) -> bool:
        return any(numbers.signed for numbers in self.inputs)

    @property
    def taken(self) -> tuple[Numbers, ...]:
        """What its logic sees: pixels of a window, or one of each branch."""
        windows = self.layer.windows
        return self.inputs * (1 if windows is None else windows.size[0] * windows.size[1])

    @property
    def matrix(self) -> np.ndarray:
        """Weights (numbers that it sees, outputs)."""
        if self.layer.matrix is not None:
            return self.layer.matrix
        if self.layer.role is Role.ACTIVATION:
            return np.eye(self.inputs[0].count, dtype=np.int64)
        return self._joined()

    def _joined(self) -> np.ndarray:
        places = self.layer.places
        signs = getattr(self.layer, "signs", (1,) * len(places))
        blocks = [
            sign * (np.eye(numbers.count, dtype=np.int64) << place)
            for numbers, place, sign in zip(self.inputs, places, signs, strict=True)
        ]
        if hasattr(self.layer, "signs"):
            return np.vstack(blocks)
        total = sum(len(block) for block in blocks)
        matrix, start = np.zeros((total, total), np.int64), 0
        for block in blocks:
            end = start + len(block)
            matrix[start:end, start:end] = block
            start = end
        return matrix
