"""Weights of Keras layers that no hardware can have: NaN, infinity, and what gives them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from qkeras_models.input_formats.fixed_point import SMALLEST
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.thermometer_input import REACH, ThermometerInput


def check_weights(layer: Any) -> None:
    """Raises ValueError, naming layer and weight, for values that only a failed training leaves.

    Refused are NaN and infinity in any weight, a negative variance, a mask that is not 0 or 1, a
    head's scale beyond float32's normal numbers, and an input step other than the layer's scale.
    """
    for weight in getattr(layer, "weights", ()):
        values = np.asarray(keras.ops.convert_to_numpy(weight), np.float64)
        for name, found in (("NaN", np.isnan(values)), ("infinity", np.isinf(values))):
            if found.any():
                raise ValueError(
                    f"{_owned(weight.name, layer)} holds {name}: its training failed; train again, "
                    "with a lower learning rate say"
                )
    _check_ranges(layer)


def _check_ranges(layer: Any) -> None:
    if isinstance(layer, keras.layers.BatchNormalization):
        variance = keras.ops.convert_to_numpy(layer.moving_variance)
        _require(variance >= 0, variance, "moving_variance", layer, ">= 0")
    elif isinstance(layer, IntegerHead):
        scale = np.float64(layer.scale)
        inside = SMALLEST <= scale < np.inf
        _require(inside, scale, "exp(log_scale)", layer, f"finite and >= {SMALLEST:.3g}")
    elif isinstance(layer, InputQuantizer):
        step = keras.ops.convert_to_numpy(layer.step)
        scale = np.asarray(layer.scale, np.float32)
        _require(step == scale, step, "step", layer, "the layer's `scale`")
    elif isinstance(layer, ThermometerInput):
        move = keras.ops.convert_to_numpy(layer.move)
        _require(np.abs(move) <= REACH, move, "move", layer, f"-{REACH} to {REACH}")
    elif hasattr(layer, "threshold_gate"):
        mask = keras.ops.convert_to_numpy(layer.mask)
        _require((mask == 0) | (mask == 1), mask, "mask", layer, "0 or 1")


def _require(right: Any, values: Any, weight: str, layer: Any, allowed: str) -> None:
    if not np.all(right):
        wrong = np.asarray(values)[~np.asarray(right)]
        raise ValueError(f"{_owned(weight, layer)} must be {allowed}. Received: {wrong.flat[0]!r}")


def _owned(weight: str, layer: Any) -> str:
    return f"{weight} of '{layer.name}' ({type(layer).__name__})"
