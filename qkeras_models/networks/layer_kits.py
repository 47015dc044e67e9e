"""Which classes make a network's layers of weights: ternary, float, or of a few bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
from qkeras import QConv1D, QConv2D, QDense, QDepthwiseConv2D

from qkeras_models.layers.baselines.ternary_conv1d import TernaryConv1D
from qkeras_models.layers.baselines.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.baselines.ternary_dense import TernaryDense
from qkeras_models.layers.baselines.ternary_depthwise_conv2d import TernaryDepthwiseConv2D
from qkeras_models.layers.sparse_ternary_conv1d import SparseTernaryConv1D
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.sparse_ternary_depthwise_conv2d import SparseTernaryDepthwiseConv2D
from qkeras_models.quantizers.sparse_ternary import SparseTernary

# Whatever Keras is set to: hardware takes nothing else.
CHANNELS_LAST = {"data_format": "channels_last"}
FEWEST_BITS, MOST_BITS = 2, 8

Maker = Callable[..., keras.layers.Layer]


@dataclass(frozen=True)
class LayerKit:
    """Makes a layer of weights without a bias of each kind, given its size and name."""

    convolution: Maker
    depthwise: Maker
    series: Maker
    dense: Maker


def ternary_layers(quantizer: Any, initializer: Any = None) -> LayerKit:
    """Sparse ternary layers if the quantizer is SparseTernary, those of the baselines if not.

    Args:
        quantizer: of the weights.
        initializer: of the shadow weights; by default the layer's.
    """
    options = {"kernel_quantizer": quantizer, "kernel_initializer": initializer}
    sparse = isinstance(quantizer, SparseTernary)
    return LayerKit(
        partial(SparseTernaryConv2D if sparse else TernaryConv2D, **options),
        partial(SparseTernaryDepthwiseConv2D if sparse else TernaryDepthwiseConv2D, **options),
        partial(SparseTernaryConv1D if sparse else TernaryConv1D, **options),
        partial(SparseTernaryDense if sparse else TernaryDense, **options),
    )


def quantized_layers(bits: int) -> LayerKit:
    """QKeras's layers of weights k · 2^(1−bits), k from −2^(bits−1) to 2^(bits−1) − 1.

    They compute in float32 whatever the policy: bfloat16 would round weights before they are
    quantized, so that a training would see others than inference.

    Raises:
        ValueError: unless `bits` is an integer from 2 to 8.
    """
    if type(bits) is not int or not FEWEST_BITS <= bits <= MOST_BITS:
        raise ValueError(
            f"`first_layer_bits` must be an integer from {FEWEST_BITS} to {MOST_BITS}. "
            f"Received: {bits!r}"
        )
    quantizer = f"quantized_bits({bits}, 0, 1, alpha=1.0)"
    plain = {"use_bias": False, "dtype": "float32"}
    options = {"kernel_quantizer": quantizer, **plain}
    return LayerKit(
        partial(QConv2D, **options, **CHANNELS_LAST),
        partial(QDepthwiseConv2D, depthwise_quantizer=quantizer, **plain, **CHANNELS_LAST),
        partial(QConv1D, **options, **CHANNELS_LAST),
        partial(QDense, **options),
    )


def float_layers() -> LayerKit:
    """Keras's own layers."""
    options = {"use_bias": False, **CHANNELS_LAST}
    return LayerKit(
        partial(keras.layers.Conv2D, **options),
        partial(keras.layers.DepthwiseConv2D, **options),
        partial(keras.layers.Conv1D, **options),
        partial(keras.layers.Dense, use_bias=False),
    )
