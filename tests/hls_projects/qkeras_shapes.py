"""QKeras models of layers that move values, pool at edges, or are two layers in one."""

from __future__ import annotations

import keras
from qkeras import (
    QActivation,
    QAveragePooling2D,
    QConv1D,
    QConv2D,
    QConv2DBatchnorm,
    QDense,
    QDenseBatchnorm,
    QDepthwiseConv2DBatchnorm,
    QGlobalAveragePooling2D,
    QSeparableConv1D,
    QSeparableConv2D,
)

from tests.hls_projects.qkeras_models import TERNARY, settle

FOUR_BITS = "quantized_bits(4,0,alpha=1)"
OWN_KERNELS = {"depthwise_quantizer": TERNARY, "pointwise_quantizer": FOUR_BITS}
RELU = "quantized_relu(3,1)"


def moves() -> keras.Model:
    """Zeros around, crops, repeats, and other axes, of images."""
    layers = keras.layers
    return settle(keras.Sequential([
        keras.Input((6, 7, 2)),
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        QConv2D(3, 3, strides=2, kernel_quantizer=TERNARY, use_bias=False),
        QActivation(RELU),
        layers.UpSampling2D((2, 3)),
        layers.Cropping2D(((1, 0), (2, 1))),
        layers.MaxPooling2D(3, strides=2, padding="same"),
        layers.Permute((2, 3, 1)),
        QConv2D(2, 2, kernel_quantizer=FOUR_BITS, use_bias=False),
        layers.ZeroPadding2D(1),
        QActivation(RELU),
        layers.Flatten(),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def moves_of_series() -> keras.Model:
    """The same of series, and averages of eight steps."""
    layers = keras.layers
    return settle(keras.Sequential([
        keras.Input((9, 2)),
        layers.ZeroPadding1D((2, 1)),
        QConv1D(3, 3, kernel_quantizer=TERNARY, use_bias=False),
        QActivation(RELU),
        layers.UpSampling1D(2),
        layers.Cropping1D((1, 1)),
        layers.MaxPooling1D(3, strides=2, padding="same"),
        layers.AveragePooling1D(2, strides=1),
        layers.Permute((2, 1)),
        layers.Permute((2, 1)),
        QActivation(RELU),
        QConv1D(4, 1, kernel_quantizer=FOUR_BITS, use_bias=False),
        QActivation(RELU),
        layers.GlobalAveragePooling1D(),
        QActivation("quantized_relu(5,1)"),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def separable() -> keras.Model:
    """Separable convolutions, with biases and activations of their own; averages of QKeras."""
    return settle(keras.Sequential([
        keras.Input((8, 8, 2)),
        QSeparableConv2D(4, 3, padding="same", bias_quantizer=FOUR_BITS, **OWN_KERNELS),
        QActivation(RELU),
        QSeparableConv2D(3, (2, 2), strides=2, depth_multiplier=2, use_bias=False,
                         activation="quantized_relu(4,2)", **OWN_KERNELS),
        QAveragePooling2D(2, average_quantizer="quantized_bits(4,0,1,alpha=1)"),
        QActivation(RELU),
        QGlobalAveragePooling2D(activation="quantized_relu(5,1)"),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def separable_series() -> keras.Model:
    """The same of series."""
    return settle(keras.Sequential([
        keras.Input((12, 2)),
        QSeparableConv1D(4, 3, padding="same", bias_quantizer=FOUR_BITS, **OWN_KERNELS),
        QActivation(RELU),
        QSeparableConv1D(3, 2, strides=2, use_bias=False, activation=RELU, **OWN_KERNELS),
        keras.layers.Flatten(),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def folded() -> keras.Model:
    """Layers whose kernels a batch normalization is folded into."""
    model = keras.Sequential([
        keras.Input((8, 8, 2)),
        QConv2DBatchnorm(4, 3, kernel_quantizer=FOUR_BITS, bias_quantizer=FOUR_BITS),
        QActivation(RELU),
        QDepthwiseConv2DBatchnorm(3, depthwise_quantizer=FOUR_BITS, bias_quantizer=FOUR_BITS,
                                  use_bias=False),
        QActivation(RELU),
        keras.layers.Flatten(),
        QDenseBatchnorm(6, kernel_quantizer=TERNARY, activation=RELU),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ])  # fmt: skip
    settle(model)
    for layer in model.layers:
        if hasattr(layer, "batchnorm"):
            variance = layer.batchnorm.moving_variance
            variance.assign(keras.ops.abs(variance) + 0.5)
            layer._iteration.assign(-1)
    return model
