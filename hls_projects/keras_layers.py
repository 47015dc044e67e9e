"""Which Keras layers become layers of an integer network, and what to use in place of others."""

from __future__ import annotations

from typing import Any

import keras

from qkeras_models.input_quantizer import InputQuantizer
from qkeras_models.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.ternary_conv2d import TernaryConv2D
from qkeras_models.ternary_dense import TernaryDense

CONVOLUTIONS = (SparseTernaryConv2D, TernaryConv2D)
WEIGHTED = (SparseTernaryDense, TernaryDense, *CONVOLUTIONS)
RESHAPING = (keras.layers.Flatten, keras.layers.Reshape)
# The quantizer is the network's input format; normalization is in the thresholds after it.
ABSORBED = (InputQuantizer, keras.layers.BatchNormalization)

RELU = "QActivation('quantized_relu(2,2)')"
FEW_CHANNELS = "SparseTernaryConv2D, whose pruning leaves few channels to each filter"
INSTEAD = {
    "Activation": RELU,
    "AveragePooling2D": "MaxPooling2D",
    "Conv2D": "SparseTernaryConv2D",
    "Dense": "SparseTernaryDense",
    "DepthwiseConv2D": FEW_CHANNELS,
    "GlobalAveragePooling2D": "MaxPooling2D of the picture's size, then Flatten",
    "GlobalMaxPooling2D": "MaxPooling2D of the picture's size, then Flatten",
    "LayerNormalization": "BatchNormalization",
    "QBatchNormalization": "keras.layers.BatchNormalization",
    "QConv2D": "SparseTernaryConv2D",
    "QDense": "SparseTernaryDense",
    "QDepthwiseConv2D": FEW_CHANNELS,
    "ReLU": RELU,
    "Softmax": "no softmax: train with from_logits=True and end with an IntegerHead",
    "ZeroPadding2D": "padding='same' of the SparseTernaryConv2D that follows",
}


def is_absorbed(layer: Any) -> bool:
    """Whether a layer becomes no integer layer of its own.

    By exact types: a subclass may compute something else.
    """
    return type(layer) in ABSORBED


def instead_of(layer: Any) -> str:
    """What to use in place of a layer that has no integer layer."""
    for kind in type(layer).__mro__:
        if kind.__name__ in INSTEAD:
            return INSTEAD[kind.__name__]
        if kind in (*WEIGHTED, *RESHAPING, *ABSORBED, keras.layers.MaxPooling2D):
            return f"{kind.__name__} itself, of which it is a subclass"
    return "the layers of qkeras_models, BatchNormalization and QActivation"


def check_flatten(layer: Any) -> None:
    """Raises ValueError for channels first, which moves values before it flattens them."""
    if layer.data_format != "channels_last" and len(layer.input.shape) > 2:
        raise ValueError(
            f"`data_format` of '{layer.name}' (Flatten) must be 'channels_last', the order of "
            f"hardware. Received: {layer.data_format!r}"
        )


def check_normalization(layer: Any) -> None:
    """Raises ValueError unless a BatchNormalization is over the last axis."""
    last = layer.input_spec.ndim - 1
    if layer.axis not in (-1, last):
        raise ValueError(
            f"`axis` of '{layer.name}' (BatchNormalization) must be -1 (or {last}), the channels. "
            f"Received: {layer.axis!r}"
        )
