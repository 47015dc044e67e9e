"""Networks that people know, in ternary weights: random ones, as sparse as training leaves them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from qkeras import QActivation

from qkeras_models import (
    InputQuantizer,
    IntegerHead,
    SparseTernaryConv1D,
    SparseTernaryConv2D,
    SparseTernaryDense,
    SparseTernaryDepthwiseConv2D,
)
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


def keyword_spotting(filters: int = 64, blocks: int = 4) -> keras.Model:
    """MLPerf Tiny's DS-CNN: 49 windows of 10 coefficients, blocks of depthwise and 1×1."""
    inputs = keras.Input((49, 10, 1))
    x = convolved(InputQuantizer(8, True, 2.0**-4)(inputs), filters, (10, 4), 2)
    for _ in range(blocks):
        x = SparseTernaryDepthwiseConv2D(3, padding="same")(x)
        x = QActivation(RELU)(keras.layers.BatchNormalization()(x))
        x = convolved(x, filters, 1)
    # 125 is no power of two: an activation takes the average in.
    pooled = QActivation("quantized_relu(8,2)")(keras.layers.AveragePooling2D((25, 5))(x))
    sums = SparseTernaryDense(12)(keras.layers.Flatten()(pooled))
    logits = IntegerHead(step=2.0**-6)(sums)
    return sparse_weights(keras.Model(inputs, keras.layers.Softmax()(logits), name="ds_cnn"))


def unet(side: int = 16, filters: int = 8, zeros: float = 0.8) -> keras.Model:
    """A U-Net: each pixel gets a logit, from what is near and from half the resolution."""
    inputs = keras.Input((side, side, 1))
    x = keras.layers.ZeroPadding2D(1)(InputQuantizer(**BYTES)(inputs))
    x = SparseTernaryConv2D(filters, 3)(x)
    near = QActivation(RELU)(keras.layers.BatchNormalization()(x))
    x = convolved(keras.layers.MaxPooling2D(2)(near), 2 * filters, 3)
    x = keras.layers.UpSampling2D(2)(convolved(x, filters, 3))
    x = convolved(keras.layers.Concatenate()([x, near]), filters, 3)
    x = SparseTernaryConv2D(1, 1)(keras.layers.Cropping2D(2)(x))
    logits = IntegerHead()(keras.layers.Flatten()(x))
    return sparse_weights(keras.Model(inputs, logits, name="unet"), zeros)


def time_series(steps: int = 64, channels: int = 3) -> keras.Model:
    """A 1-D CNN, as of an accelerometer's samples in time."""
    inputs = keras.Input((steps, channels))
    x = InputQuantizer(6, True, 2.0**-4)(inputs)
    for filters in (12, 16, 24):
        x = SparseTernaryConv1D(filters, 5, padding="same")(x)
        x = QActivation(RELU)(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling1D(2)(x)
    logits = IntegerHead()(SparseTernaryDense(6)(keras.layers.Flatten()(x)))
    return sparse_weights(keras.Model(inputs, logits, name="time_series"), 0.8)


def two_inputs() -> keras.Model:
    """An image of a calorimeter beside a track's five numbers; a class and an energy."""
    image, track = keras.Input((8, 8, 1), name="image"), keras.Input((5,), name="track")
    x = convolved(InputQuantizer(4, True, 2.0**-2)(image), 6, 3)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D(2)(x))
    y = SparseTernaryDense(8)(InputQuantizer(4, True, 2.0**-1)(track))
    y = QActivation(RELU)(keras.layers.BatchNormalization()(y))
    both = keras.layers.Concatenate()([x, y])
    kind = keras.layers.Softmax()(IntegerHead(name="kind")(SparseTernaryDense(3)(both)))
    energy = IntegerHead(name="energy")(SparseTernaryDense(1)(both))
    return sparse_weights(keras.Model([image, track], [kind, energy], name="two_inputs"), 0.6)
