"""Networks that people know, in ternary weights: random ones, as sparse as training leaves them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from qkeras import QActivation

from qkeras_models import InputQuantizer, IntegerHead, SparseTernaryConv2D, SparseTernaryDense
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers

BYTES = {"bits": 8, "signed": False, "scale": 1 / 256}


def sparse_weights(model: keras.Model, zeros: float = 0.9, seed: int = 0) -> keras.Model:
    """Sets weights of which that share, or a little more, is 0, and normalizations of any sign."""
    rng = np.random.default_rng(seed)
    for layer in sparse_ternary_layers(model):
        shape = layer.kernel.shape
        ranks = rng.permutation(int(np.prod(shape))).reshape(shape)
        kept = ranks < int(ranks.size * (1 - zeros))
        layer.kernel.assign(np.where(kept, rng.choice([-0.8, 0.8], shape), 0.0))
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.gamma.assign(rng.uniform(0.5, 2.0, n) * rng.choice([-1, 1, 1], n))
            layer.beta.assign(rng.normal(1.0, 0.5, n))
            layer.moving_mean.assign(rng.normal(0, 1.0, n))
            layer.moving_variance.assign(rng.uniform(1, 8, n))
    return model


def convolved(x: Any, filters: int, size: Any, strides: Any = 1, activation: str = "") -> Any:
    """Convolution, batch normalization, activation."""
    x = SparseTernaryConv2D(filters, size, strides=strides, padding="same")(x)
    return QActivation(activation or RELU)(keras.layers.BatchNormalization()(x))


RELU = "quantized_relu(2,2)"
SIGNED = "quantized_bits(3,2,alpha=1)"


def resnet8(side: int = 32, widths: tuple[int, ...] = (16, 32, 64)) -> keras.Model:
    """MLPerf Tiny's ResNet-8: three stacks of two convolutions with a shortcut around each."""
    inputs = keras.Input((side, side, 3))
    x = convolved(InputQuantizer(**BYTES)(inputs), widths[0], 3)
    for number, width in enumerate(widths):
        strides = 2 if number else 1
        short = convolved(x, width, 1, strides, SIGNED) if number else x
        inner = convolved(x, width, 3, strides)
        inner = convolved(inner, width, 3, 1, SIGNED)
        x = QActivation(RELU)(keras.layers.Add()([inner, short]))
    pooled = keras.layers.AveragePooling2D(x.shape[1])(x)
    sums = SparseTernaryDense(10)(keras.layers.Flatten()(pooled))
    logits = IntegerHead(step=1.0 / x.shape[1] ** 2)(sums)
    return sparse_weights(keras.Model(inputs, keras.layers.Softmax()(logits), name="resnet8"))
