"""The Keras model of an integer network."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from qkeras import QActivation

from hls_projects.kinds import Interval, Layer
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.to_keras.rounded_lines import rounded_lines
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.networks.builders import initial_gamma

# |W| of every weight that is not 0: midway from the first threshold, 0.3, to the end of the range.
SHADOW = 0.65


def keras_model(network: IntegerNetwork, name: str = "network") -> keras.Model:
    """A model of sparse ternary layers that computes what the network does, on every input.

    Nonzero weights have shadow weights of ±0.65 and zeros are masked, so that further training
    prunes more and brings none back.  The normalizations' statistics are those of no data:
    `training.steps.batch_statistics.restate` gives them some, as train.py --model does.

    Args:
        network: one input with one scale, and a chain of dense, conv2d, threshold, maxpool,
            flatten, reshape and head; weights −1, 0 and 1.
        name: of the model.

    Raises:
        ValueError: naming what has no such Keras layer, or levels of no normalization.

    Example:
        >>> model = keras_model(IntegerNetwork.load("network.npz"))
        >>> model.output_shape
        (None, 10)
    """
    form = network.input
    if not network.is_sequence or form.parts:
        raise ValueError("the network must be one chain of layers behind one input")
    inputs = keras.Input(form.shape, name="inputs")
    x = InputQuantizer(form.bits, form.signed, form.scale, name="input_quantizer")(inputs)
    interval = form.bounds()
    for layer, name_of_layer, after in zip(
        network.layers, network.layer_names, network.ranges(), strict=True
    ):
        x = _layer(layer, name_of_layer, interval, x)
        interval = after
    model = keras.Model(inputs, x, name=name)
    _check(model, network)
    return model


def _layer(layer: Layer, name: str, before: Interval, x: Any) -> Any:
    make = _MAKERS.get(layer.kind)
    if make is None:
        raise ValueError(
            f"'{name}' is of kind {layer.kind}, which has no layer to train here; those that have: "
            f"{', '.join(_MAKERS)}"
        )
    try:
        return make(layer, name, before, x)
    except ValueError as error:
        raise ValueError(f"'{name}': {error}") from None


def _dense(layer: Any, name: str, _: Interval, x: Any) -> Any:
    return _weighted(SparseTernaryDense(layer.weights.shape[1], name=name), layer.weights, x)


def _conv2d(layer: Any, name: str, _: Interval, x: Any) -> Any:
    *size, _, filters = layer.weights.shape
    options = {"strides": layer.strides, "padding": layer.padding, "name": name}
    return _weighted(SparseTernaryConv2D(filters, tuple(size), **options), layer.weights, x)


def _weighted(made: Any, weights: np.ndarray, x: Any) -> Any:
    if np.abs(weights).max(initial=0) > 1:
        raise ValueError(f"weights must be -1, 0 or 1. Received: up to {np.abs(weights).max()}")
    x = made(x)
    made.kernel.assign(SHADOW * weights.astype(np.float32))
    made.mask.assign(np.abs(weights).astype(np.float32))
    return x


def _threshold(layer: Any, name: str, before: Interval, x: Any) -> Any:
    channels = len(layer.direction)
    lowest, highest = (end.reshape(-1, channels) for end in before)
    slope, offset = rounded_lines(layer, lowest.min(axis=0), highest.max(axis=0))
    normalization = keras.layers.BatchNormalization(momentum=0.99, name=f"{name}_normalization")
    x = normalization(x)
    # γ x̂ + β is the line, x̂ having the statistics of one that uses the levels well.
    gamma, beta = initial_gamma(layer.bits), (2**layer.bits - 1) / 2
    steep = slope != 0
    inverse = 1.0 / np.where(steep, slope, 1.0)
    normalization.set_weights([
        np.where(steep, np.sign(slope) * gamma, 0.0),
        np.where(steep, beta, offset),
        np.where(steep, (beta - offset) * inverse, 0.0),
        np.where(steep, (gamma * inverse) ** 2, 1.0) - normalization.epsilon,
    ])
    return QActivation(f"quantized_relu({layer.bits},{layer.bits})", name=f"{name}_activation")(x)


def _maxpool(layer: Any, name: str, _: Interval, x: Any) -> Any:
    options = {"strides": layer.strides, "padding": layer.padding, "name": name}
    return keras.layers.MaxPooling2D(layer.pool, **options)(x)


def _flatten(layer: Any, name: str, _: Interval, x: Any) -> Any:
    return keras.layers.Flatten(name=name)(x)


def _reshape(layer: Any, name: str, _: Interval, x: Any) -> Any:
    return keras.layers.Reshape(layer.shape, name=name)(x)


def _head(layer: Any, name: str, _: Interval, x: Any) -> Any:
    if layer.shift is not None and layer.shift.any():
        raise ValueError(f"logits must have one scale. Received: shifts of {layer.shift.tolist()}")
    head = IntegerHead(name=name)
    x = head(x)
    head.bias.assign(layer.bias.astype(np.float32))
    return x


_MAKERS = {
    "dense": _dense,
    "conv2d": _conv2d,
    "threshold": _threshold,
    "maxpool": _maxpool,
    "flatten": _flatten,
    "reshape": _reshape,
    "head": _head,
}


def _check(model: keras.Model, network: IntegerNetwork) -> None:
    """Raises ValueError unless the model's own integer network is the one given."""
    again = IntegerNetwork.from_keras(model)
    if again.input != network.input:
        raise ValueError(f"inputs cannot be those of a Keras model. Received: {network.input}")
    for name, made, wanted in zip(
        network.layer_names, again.layers, network.layers, strict=True
    ):
        # An array that one lacks is one of zeros.
        same = (made.kind, made.options) == (wanted.kind, wanted.options) and all(
            np.array_equal(made.arrays.get(field, 0 * array), array)
            for field, array in wanted.arrays.items()
        )
        if not same:
            raise ValueError(f"'{name}' cannot be a Keras layer that computes exactly the same")
