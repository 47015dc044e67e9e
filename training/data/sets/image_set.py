"""What a data set of images is, once it has a name of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qkeras_models.input_formats.fixed_point import FixedPoint
from training.data.sets.published_data import Arrays


@dataclass(frozen=True)
class ImageSet:
    """A data set that is loaded by its name.

    Args:
        name: of the data set, in lower case.
        read: its arrays x_train, y_train, x_test and y_test, pixels uint8; given the folder where
            its files may lie, or None.
        bits: of an input, by default.
        threshold: of inputs of one bit, in units of x.
        validation: how much of the training data becomes validation data by default: a number of
            samples, or a share below 1.
        published: whether its files may lie in a folder of the user's.
        centred: whether x are pixels less half their range: a zero around an image is grey then,
            and sums of pixels are about 0 whatever the weights.
        class_names: what class 0, 1, … shows; None where the numbers say it.
    """

    name: str
    read: Callable[[str | os.PathLike | None], Arrays]
    bits: int
    threshold: float = 0.5
    validation: float = 0.1
    published: bool = True
    centred: bool = False
    class_names: tuple[str, ...] | None = None

    def floats(self, pixels: np.ndarray) -> np.ndarray:
        """x = pixel / 256, less 1/2 if centred, as float32 of the same shape, exact."""
        x = image_floats(pixels)
        return x - np.float32(0.5) if self.centred else x

    def format(self, bits: int) -> FixedPoint:
        """The top `bits` bits of the pixel; for one bit, whether x ≥ threshold."""
        step = self.threshold if bits == 1 and not self.centred else 2.0**-bits
        return FixedPoint(bits, self.centred, step)


def image_floats(pixels: np.ndarray) -> np.ndarray:
    """x = pixel / 256 as float32 of the same shape, exact; pixels are uint8."""
    return np.multiply(pixels, np.float32(1 / 256), dtype=np.float32)
