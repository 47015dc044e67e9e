"""Keras's input layers at every value where their output can change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hls_projects.kinds import Thermometer
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.thermometer_input import ThermometerInput

# Values of one run of a layer.
MOST_VALUES = 1 << 22
# Many devices take numbers nearer to 0 than 2^-126 for 0, quotients too.
NEAREST = 2.0**-125


def check_quantizer(layer: InputQuantizer, shape: tuple[int, ...], jit: Any) -> tuple[int, str]:
    """An InputQuantizer at both float32 neighbours of every boundary, and beyond its ends.

    Integer k begins at k · scale, which is a float32.  Division by a positive number, floor and
    clip keep order in float32, so that between two boundaries there is one integer.  Below 0 the
    nearest number is not tried, but −2^−125, or that times the scale: what is nearer counts as 0 on
    many devices.

    Args:
        layer: built.
        shape: of a sample.
        jit: whether it is compiled, as the model has it.

    Returns:
        How many values were tried, and the first that is not the integer that it stands for.
    """
    tried = 0
    for values, expected in _beside_boundaries(layer, shape):
        found = _outputs(layer, values, jit)
        tried += values.size
        wrong = np.argwhere(found != expected)
        if len(wrong):
            at = tuple(wrong[0])
            return tried, (f"'{layer.name}' makes {found[at]:g} of {values[at]!r}, "
                           f"not {expected[at]}")
    return tried, ""


def check_thermometer(
    layer: ThermometerInput, kind: Thermometer, numbers: np.ndarray, codes: np.ndarray, jit: Any
) -> tuple[int, str]:
    """A ThermometerInput at every integer of its features.

    Args:
        layer: built.
        kind: the integer network's.
        numbers: that Keras has for the integers, float32 (codes, …, features).
        codes: the integers, int32 of the same shape.
        jit: whether it is compiled, as the model has it.

    Returns:
        How many values were tried, and the first that differs.
    """
    wrong = np.argwhere(_outputs(layer, numbers, jit) != kind.forward(codes))
    if len(wrong):
        *place, bit = wrong[0]
        at = numbers[tuple(place)][layer.feature[bit]]
        return codes.size, f"bit {bit} of '{layer.name}' is another at {at:g}"
    return codes.size, ""


def _beside_boundaries(
    layer: InputQuantizer, shape: tuple[int, ...]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Values (samples, *shape), float32, and the integers that they stand for."""
    integers = np.arange(layer.lowest, layer.highest + 1)
    scale = np.broadcast_to(np.asarray(layer.scale, np.float64), shape[-1:])
    size = int(np.prod(shape))
    rows = max(1, MOST_VALUES // (3 * size))
    for first in range(0, len(integers), rows):
        own = integers[first : first + rows]
        at = (own[:, None] * scale).astype(np.float32)
        below = np.nextafter(at, np.float32(-np.inf))
        normal = np.broadcast_to(-NEAREST * np.maximum(scale, 1), at.shape).astype(np.float32)
        below = np.where(at == 0, normal, below)
        far = np.where(own[:, None] == layer.highest, np.float32(3e38), at)
        before = np.maximum(own - 1, layer.lowest)
        low = np.where(own[:, None] == layer.lowest, np.float32(-3e38), below)
        values = np.concatenate([at, below, far, low])
        expected = np.concatenate([own, before, own, before])
        spread = np.broadcast_to(
            values.reshape(len(values), *[1] * (len(shape) - 1), -1), (len(values), *shape))
        yield spread, np.broadcast_to(
            expected.reshape(-1, *[1] * len(shape)), (len(values), *shape))


def _outputs(layer: Any, values: np.ndarray, jit: Any) -> np.ndarray:
    """What a layer alone makes of values, run as inference runs it."""
    import keras

    inputs = keras.Input(values.shape[1:])
    model = keras.Model(inputs, layer(inputs))
    model.compile(jit_compile=jit)
    return model.predict(np.ascontiguousarray(values), batch_size=1 << 14, verbose=0)
