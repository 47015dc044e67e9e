"""How pictures become floats."""

from __future__ import annotations

import numpy as np

from qkeras_models.input_formats.fixed_point import FixedPoint


def image_floats(pixels: np.ndarray) -> np.ndarray:
    """x = pixel / 256 as float32 of the same shape, exact; pixels are uint8."""
    return np.multiply(pixels, np.float32(1 / 256), dtype=np.float32)


def centred_image_floats(pixels: np.ndarray) -> np.ndarray:
    """x = pixel / 256 − 1/2 as float32 of the same shape, exact; pixels are uint8.

    So a zero around a picture is grey, and sums of pixels are about 0 whatever the weights.
    """
    return image_floats(pixels) - np.float32(0.5)


def centred_image_format(bits: int) -> FixedPoint:
    """The top `bits` bits of the pixel, less half their range."""
    return FixedPoint(bits, True, 2.0**-bits)


def image_format(bits: int, threshold: float) -> FixedPoint:
    """The top `bits` bits of the pixel; for one bit, whether x ≥ threshold."""
    return FixedPoint(bits, False, threshold if bits == 1 else 2.0**-bits)
