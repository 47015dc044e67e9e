"""Depthwise convolution with sparse ternary weights."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QDepthwiseConv2D

from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.depthwise_kernel import DepthwiseKernel
from qkeras_models.layers.linear_options import linear_options
from qkeras_models.layers.sparse_ternary_layer import (
    SparseTernaryLayer,
    ThresholdPenalty,
    own_quantizer,
)
from qkeras_models.quantizers.sparse_ternary import SparseTernary


@keras.saving.register_keras_serializable(package="qkeras_models")
class SparseTernaryDepthwiseConv2D(DepthwiseKernel, SparseTernaryLayer, QDepthwiseConv2D):
    """y = each channel of x ∗ T(W) of its own: filters see one channel each, mostly zeros.

    Shapes: x (batch, height, width, channels) to y (batch, rows, columns, channels ·
    depth_multiplier), kernel (kernel height, kernel width, channels, depth_multiplier).  Padding
    contributes zeros.  No bias and no activation: batch normalization and a quantized activation
    follow.

    Args:
        kernel_size: height and width of the kernel, or one number for both.
        strides: of rows and columns, the same, or one number for both.
        padding: "valid" or "same", as Keras pads.
        depth_multiplier: filters of each channel, ≥ 1.
        kernel_quantizer: a SparseTernary; the layer keeps a copy of its own.
        kernel_initializer: of the shadow weights; uniform in ±0.5 spreads them around any
            usual threshold.
        threshold_regularizer: a ThresholdRegularizer or None; the QuantizationPruning
            callback attaches one.
        **kwargs: what keras.layers.DepthwiseConv2D takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, the quantizer or padding is
            another, or data are channels first or dilated.

    Example:
        >>> SparseTernaryDepthwiseConv2D(3, padding="same")(images).shape
        TensorShape([2, 8, 8, 3])

    Reference: docs/convolutions.md.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        kernel_quantizer: SparseTernary | None = None,
        kernel_initializer: Any = None,
        threshold_regularizer: ThresholdPenalty | None = None,
        **kwargs: Any,
    ) -> None:
        kind, quantizer = type(self).__name__, own_quantizer(kernel_quantizer)
        check_convolution({"padding": padding, **kwargs}, kind)
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            **linear_options(kind, quantizer, kernel_initializer, kwargs, "depthwise"),
        )
        self.threshold_regularizer = keras.regularizers.get(threshold_regularizer)
