"""Plain QKeras models, as people who use hls4ml have them, with weights as training leaves them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from qkeras import (
    QActivation,
    QBatchNormalization,
    QConv1D,
    QConv2D,
    QDense,
    QDepthwiseConv2D,
)

from qkeras_models import InputQuantizer
from qkeras_models.input_formats.fixed_point import FixedPoint

BYTES = FixedPoint(8, True, 2.0**-5)
NIBBLES = FixedPoint(4, False, 2.0**-4)
TERNARY = "ternary(alpha=1.0, threshold=0.33)"


def settle(model: keras.Model, seed: int = 0) -> keras.Model:
    """Weights of every size; statistics of normalization that spread the activations."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.moving_mean.shape[0]
            layer.gamma.assign(rng.uniform(0.2, 1.5, n) * rng.choice([-1, 1, 1], n))
            layer.beta.assign(rng.normal(0, 0.5, n))
            layer.moving_mean.assign(rng.normal(0, 0.5, n))
            layer.moving_variance.assign(rng.uniform(0.2, 4, n))
            continue
        if isinstance(layer, InputQuantizer):
            continue
        for weight in layer.weights:
            scale = 0.6 if len(weight.shape) > 1 else 0.3
            weight.assign(rng.normal(0, scale, weight.shape))
    return model


def jet_tagger(widths: tuple[int, ...] = (64, 32, 32)) -> keras.Model:
    """The hls4ml tutorial's 16-64-32-32-5 network of 6-bit weights and activations."""
    quantizer = {"kernel_quantizer": "quantized_bits(6,0,alpha=1)",
                 "bias_quantizer": "quantized_bits(6,0,alpha=1)"}
    layers: list[Any] = [keras.Input((16,))]
    for number, units in enumerate(widths, 1):
        layers += [QDense(units, name=f"fc{number}", **quantizer),
                   QActivation("quantized_relu(6)", name=f"relu{number}")]
    layers += [QDense(5, name="output", **quantizer), keras.layers.Softmax(name="softmax")]
    return settle(keras.Sequential(layers))


def ternary_tagger(alpha: str = TERNARY, widths: tuple[int, int] = (32, 24)) -> keras.Model:
    """A ternary network with batch normalization, as examples/ of hls4ml have it."""
    return settle(keras.Sequential([
        keras.Input((16,)),
        QDense(widths[0], kernel_quantizer=alpha, use_bias=False, name="fc1"),
        keras.layers.BatchNormalization(name="bn1"),
        QActivation("quantized_relu(4,2)", name="relu1"),
        QDense(widths[1], kernel_quantizer=alpha, use_bias=False, name="fc2"),
        keras.layers.BatchNormalization(name="bn2"),
        QActivation("quantized_relu(4,2)", name="relu2"),
        QDense(5, kernel_quantizer=TERNARY, bias_quantizer="quantized_bits(8,3,alpha=1)",
               name="output"),
    ]))  # fmt: skip


def ternary_sums() -> keras.Model:
    """Two layers of ternary sums, which hls4ml 1.3 converts too."""
    return settle(keras.Sequential([
        keras.Input((16,)),
        QDense(32, kernel_quantizer="ternary(alpha=1.0)", use_bias=False, name="fc1"),
        QDense(5, kernel_quantizer="ternary(alpha=1.0)", use_bias=False, name="output"),
    ]))  # fmt: skip


def qkeras_images() -> keras.Model:
    """Convolutions of small integers, a depthwise one, pools, and normalization of QKeras."""
    return settle(keras.Sequential([
        keras.Input((8, 8, 2)),
        QConv2D(4, 3, kernel_quantizer="quantized_bits(4,0,alpha=1)", padding="same",
                bias_quantizer="quantized_bits(4,0,alpha=1)"),
        QActivation("quantized_relu(3,1)"),
        keras.layers.MaxPooling2D(2),
        QDepthwiseConv2D(2, depthwise_quantizer="quantized_bits(4,0,alpha=1)", use_bias=False),
        QBatchNormalization(),
        QActivation("quantized_bits(4,1)"),
        keras.layers.Flatten(),
        QDense(3, kernel_quantizer="binary(alpha=1)", bias_quantizer="quantized_bits(4,0,alpha=1)"),
    ]))  # fmt: skip


def time_series() -> keras.Model:
    """Convolutions of one dimension, as of a detector's samples in time."""
    return settle(keras.Sequential([
        keras.Input((20, 2)),
        QConv1D(4, 3, kernel_quantizer=TERNARY, padding="same",
                bias_quantizer="quantized_bits(4,0,alpha=1)"),
        keras.layers.BatchNormalization(),
        QActivation("quantized_relu(3,1)"),
        keras.layers.MaxPooling1D(2),
        QConv1D(3, 4, strides=2, kernel_quantizer="quantized_bits(4,0,alpha=1)", use_bias=False),
        QActivation("quantized_relu(3,1)"),
        keras.layers.Flatten(),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def averages() -> keras.Model:
    """Averages of nine pixels, which levels take in, and of four, which are a power of two."""
    return settle(keras.Sequential([
        keras.Input((8, 8, 2)),
        QConv2D(4, 3, kernel_quantizer=TERNARY, padding="same", use_bias=False),
        QActivation("quantized_relu(4,2)"),
        keras.layers.AveragePooling2D(3, strides=1),
        keras.layers.BatchNormalization(),
        QActivation("quantized_relu(4,1)"),
        keras.layers.AveragePooling2D(3),
        QActivation("quantized_relu(4,1)"),
        keras.layers.GlobalAveragePooling2D(),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ]))  # fmt: skip


def residual() -> keras.Model:
    """A block that adds its input, of another step, to its sums; then both side by side."""
    layers = keras.layers
    inputs = keras.Input((8, 8, 2))
    options = {"kernel_quantizer": TERNARY, "padding": "same", "use_bias": False}
    first = QActivation("quantized_relu(3,1)")(QConv2D(4, 3, **options)(inputs))
    again = QConv2D(4, 3, **options)(first)
    added = layers.Add(name="add")([again, first])
    second = QActivation("quantized_relu(4,3)")(layers.BatchNormalization()(added))
    short = QConv2D(3, 1, strides=2, **options)(first)
    short = QActivation("quantized_relu(2,1)")(short)
    pooled = layers.MaxPooling2D(2)(second)
    both = layers.Flatten()(layers.Concatenate(name="both")([pooled, short]))
    outputs = QDense(3, kernel_quantizer="quantized_bits(4,0,alpha=1)", use_bias=False)(both)
    return settle(keras.Model(inputs, outputs))


def dense_residual() -> keras.Model:
    """The same of dense layers, with a difference."""
    layers = keras.layers
    inputs = keras.Input((8,))
    options = {"kernel_quantizer": TERNARY, "bias_quantizer": "quantized_bits(4,0,alpha=1)"}
    first = QActivation("quantized_relu(3,1)")(QDense(6, **options)(inputs))
    second = layers.Subtract(name="difference")([QDense(6, **options)(first), first])
    second = QActivation("quantized_bits(4,2)")(second)
    both = layers.Concatenate(name="both")([second, inputs, first])
    return settle(keras.Model(inputs, QDense(3, **options)(both)))


def raw(model: keras.Model, samples: int = 300, seed: int = 1) -> np.ndarray:
    """Raw inputs of a model, floats that no format holds."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1.2, (samples, *model.inputs[0].shape[1:])).astype(np.float32)
