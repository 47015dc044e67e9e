"""Keras layers that are two in one: separable convolutions, and folded batch normalizations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from qkeras import (
    QConv2DBatchnorm,
    QDenseBatchnorm,
    QDepthwiseConv2DBatchnorm,
    QSeparableConv1D,
    QSeparableConv2D,
)

from hls_projects.from_keras.readers.lines import as_image, as_line
from hls_projects.from_keras.readers.weights import (
    bias_of,
    check_windows,
    read_sums,
    weighted_sums,
)
from hls_projects.from_keras.values.integer_weights import integer_weights, quantized
from hls_projects.from_keras.walk import Reached, Reader, Walk
from hls_projects.kinds import Conv2D, Dense, Depthwise
from hls_projects.kinds.channels.each_channel import of_all_channels, of_each_channel


def read_separable(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Each channel alone, then all channels of each pixel; a series is an image of one column."""
    check_windows(layer, reached)
    series = len(layer.kernel_size) == 1
    image = as_image(walk, layer, reached) if series else reached
    depthwise = integer_weights(layer, _channels_alone, "depthwise_kernel")
    strides = (*layer.strides, 1) if series else tuple(layer.strides)
    kind = Depthwise(of_each_channel(depthwise.values), strides, layer.padding)
    alone = weighted_sums(walk, layer, image, depthwise, kind)
    pointwise = integer_weights(layer, _as_image_kernel, "pointwise_kernel")
    found = read_sums(walk, layer, alone, pointwise, Conv2D(pointwise.values))
    return as_line(walk, layer, found) if series else found


def _as_image_kernel(kernel: np.ndarray) -> np.ndarray:
    kernel = np.asarray(kernel)
    return kernel[:, None] if kernel.ndim == 3 else kernel


def _channels_alone(kernel: np.ndarray) -> np.ndarray:
    return of_all_channels(_as_image_kernel(kernel))


def read_folded_dense(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """x · W + b of the weights that a batch normalization was folded into."""
    kernel, bias = _folded(layer, "kernel")
    found = integer_weights(layer, kernel=kernel)
    return read_sums(walk, layer, reached, found, Dense(found.values), bias)


def read_folded_convolution(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Windows of x · W, and b, of such weights."""
    check_windows(layer, reached)
    kernel, bias = _folded(layer, "kernel")
    found = integer_weights(layer, kernel=kernel)
    kind = Conv2D(found.values, tuple(layer.strides), layer.padding)
    return read_sums(walk, layer, reached, found, kind, bias)


def read_folded_depthwise(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Each channel alone, with such weights."""
    check_windows(layer, reached)
    kernel, bias = _folded(layer, "depthwise_kernel")
    found = integer_weights(layer, of_all_channels, "depthwise_kernel", kernel)
    kind = Depthwise(of_each_channel(found.values), tuple(layer.strides), layer.padding)
    return read_sums(walk, layer, reached, found, kind, bias)


def _folded(layer: Any, weight: str) -> tuple[Any, np.ndarray | None]:
    """Kernel and bias that inference quantizes: γ W / σ and γ (b − μ) / σ + β.

    Raises:
        ValueError: for a kernel without a quantizer, whose folded weights are any floats.
    """
    if getattr(layer, f"{weight.removesuffix('_kernel')}_quantizer", None) is None:
        raise ValueError(
            f"'{layer.name}' ({type(layer).__name__}) must have a quantizer of its kernel, since "
            "it scales weights by its batch normalization. Received: None"
        )
    kernel, bias = layer.get_folded_weights()
    return kernel, bias_of(quantized(layer, bias, layer.bias_quantizer_internal))


SEPARABLE = (
    QSeparableConv1D,
    QSeparableConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)
READERS = {
    **dict.fromkeys(SEPARABLE, Reader(read_separable, weighted=True)),
    QDenseBatchnorm: Reader(read_folded_dense, weighted=True),
    QConv2DBatchnorm: Reader(read_folded_convolution, weighted=True),
    QDepthwiseConv2DBatchnorm: Reader(read_folded_depthwise, weighted=True),
}
