"""Layers of ternary weights."""

from __future__ import annotations

from typing import Any

from hls_projects.from_keras.walk import Reader, Walk
from hls_projects.kinds import Conv2D, Dense
from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.ternary_dense import TernaryDense


def read_dense(walk: Walk, layer: Any) -> None:
    """x · W."""
    walk.layers.append(Dense(layer.ternary_kernel()))
    walk.weighted = layer


def read_convolution(walk: Walk, layer: Any) -> None:
    """Windows of x · W."""
    # `mask` of our layers is the pruning's; `_mask` is the argument of QConv2D.
    options = {**vars(layer), "mask": layer._mask, "name": layer.name}
    check_convolution(options, type(layer).__name__)
    if layer.padding == "same" and walk.values.offset:
        raise ValueError(
            f"`padding` of '{layer.name}' ({type(layer).__name__}) must be 'valid' after "
            "activations of -1 and 1: the 0 that Keras pads with is neither of them. "
            "Use quantized_relu or binary(use_01=True). Received: 'same'"
        )
    strides = tuple(layer.strides)
    walk.layers.append(Conv2D(layer.ternary_kernel(), strides, layer.padding))
    walk.weighted = layer


READERS = {
    **dict.fromkeys((SparseTernaryDense, TernaryDense), Reader(read_dense, weighted=True)),
    **dict.fromkeys((SparseTernaryConv2D, TernaryConv2D), Reader(read_convolution, weighted=True)),
}
