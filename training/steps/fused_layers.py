"""Layers of a training step in fewer passes over memory, on TensorFlow.

A convolution's outputs are too many for the processor's cache, so a step takes as long as its
element-wise operations read and write memory, not as long as it multiplies.  TensorFlow runs
qkeras's quantized_relu as some twenty operations forward and back, and batch normalization as a
dozen.  What is computed stays the same, but for the rounding of floats.  Models keep no trace:
saved, copied and converted, their layers are the ordinary ones.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from qkeras import QActivation
from qkeras.quantizers import quantized_relu


def fuse_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Replaces `call` of the model's activations, and of its normalizations of images.

    On other backends than TensorFlow, which fuse operations themselves, nothing changes.

    Returns:
        The layers whose `call` was replaced, for `separate_layers`.
    """
    if keras.backend.backend() != "tensorflow":
        return []
    fused = []
    for layer in model._flatten_layers():
        if isinstance(layer, QActivation) and _is_plain(layer.activation):
            layer.call = _FusedReLU(layer.activation)
        elif isinstance(layer, keras.layers.BatchNormalization) and _fits(layer):
            layer.call = _FusedNormalization(layer)
        else:
            continue
        fused.append(layer)
    return fused


def separate_layers(fused: list[keras.layers.Layer]) -> None:
    """Gives layers that `fuse_layers` returned their own `call` again."""
    for layer in fused:
        vars(layer).pop("call", None)


def _is_plain(quantizer: Any) -> bool:
    return (
        type(quantizer) is quantized_relu
        and quantizer.use_ste
        and quantizer.is_quantized_clip
        and not quantizer.use_sigmoid
        and not quantizer.negative_slope
        and not quantizer.use_stochastic_rounding
        and not quantizer.use_variables
        and quantizer.qnoise_factor == 1.0
    )


def _fits(layer: keras.layers.BatchNormalization) -> bool:
    return (
        type(layer) is keras.layers.BatchNormalization
        and layer.axis in (-1, 3)
        and layer.built
        and layer.input_spec.ndim == 4
        and layer.center
        and layer.scale
        and layer.compute_dtype in ("float32", "bfloat16")
    )


class _FusedReLU:
    """y = s · clip(round(x / s), 0, 2^bits − 1), s = 2^(integer − bits); dy/dx = 1 where
    0 < x ≤ s (2^bits − 1), else 0: qkeras's values and straight-through gradient.

    y is of the type of x, since bfloat16 holds all of its values; qkeras's own is float32.
    """

    def __init__(self, quantizer: quantized_relu) -> None:
        self.step = 2.0 ** (float(quantizer.integer) - quantizer.bits)
        self.levels = 2.0**quantizer.bits - 1.0
        self.apply = ops.custom_gradient(self._apply)

    def __call__(self, inputs: Any) -> Any:
        return self.apply(ops.convert_to_tensor(inputs))

    def _apply(self, x: Any) -> tuple[Any, Any]:
        scaled = x if self.step == 1.0 else x / self.step
        levels = ops.round(ops.clip(scaled, 0.0, self.levels))

        def gradient(upstream: Any) -> Any:
            inside = ops.logical_and(x > 0.0, x <= self.step * self.levels)
            return ops.where(inside, upstream, ops.zeros_like(upstream))

        return levels if self.step == 1.0 else levels * self.step, gradient


class _FusedNormalization:
    """Keras's batch normalization of (batch, height, width, channels) as one operation each way."""

    def __init__(self, layer: keras.layers.BatchNormalization) -> None:
        self.layer, self.call = layer, layer.call

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        layer = self.layer
        if not training or not layer.trainable:
            return self.call(inputs, training=training, mask=mask)
        import tensorflow as tf

        gamma, beta = (ops.cast(weight, "float32") for weight in (layer.gamma, layer.beta))
        outputs, mean, variance, *_ = tf.compat.v1.nn.fused_batch_norm(
            inputs, gamma, beta, epsilon=layer.epsilon, is_training=True
        )
        # TensorFlow's variance is that of a population estimated from this sample.
        count = ops.cast(ops.size(inputs) / inputs.shape[-1], "float32")
        self._follow(layer.moving_mean, mean)
        self._follow(layer.moving_variance, variance * (count - 1.0) / count)
        return outputs

    def _follow(self, moving: Any, batch: Any) -> None:
        momentum = self.layer.momentum
        moving.assign(moving * momentum + batch * (1.0 - momentum))
