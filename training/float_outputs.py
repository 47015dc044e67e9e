"""The float outputs of a network, from the integers of its hardware."""

from __future__ import annotations

import keras
import numpy as np

from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.networks.layer_sequence import layer_sequence


def output_scale(model: keras.Model) -> float:
    """s, the float that one step of the integer outputs stands for: exp(log_scale) of the head."""
    (head,) = (layer for layer in layer_sequence(model) if isinstance(layer, IntegerHead))
    return float(np.exp(keras.ops.convert_to_numpy(head.log_scale)))


def float_outputs(model: keras.Model, integers: np.ndarray) -> np.ndarray:
    """s · integers (n, outputs), what the model gives, to the rounding of float32."""
    return output_scale(model) * integers
