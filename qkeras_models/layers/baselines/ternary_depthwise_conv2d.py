"""Depthwise convolution whose weights are −1, 0 or +1 without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QDepthwiseConv2D

from qkeras_models.layers.baselines.ternary_layer import (
    Quantizer,
    TernaryLayer,
    ternary_quantizer,
)
from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.depthwise_kernel import DepthwiseKernel
from qkeras_models.layers.linear_options import linear_options


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryDepthwiseConv2D(DepthwiseKernel, TernaryLayer, QDepthwiseConv2D):
    """y = each channel of x ∗ Q(W): what SparseTernaryDepthwiseConv2D is compared with.

    Shapes: x (batch, height, width, channels) to y (batch, rows, columns, channels ·
    depth_multiplier).

    Args:
        kernel_size: height and width of the kernel, or one number for both.
        strides: of rows and columns, the same, or one number for both.
        padding: "valid" or "same", as Keras pads.
        depth_multiplier: filters of each channel, ≥ 1.
        kernel_quantizer: a TernaryWeights or BinaryWeights.
        kernel_initializer: of the shadow weights.
        **kwargs: what keras.layers.DepthwiseConv2D takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, the quantizer or padding is
            another, or data are channels first or dilated.

    Example:
        >>> TernaryDepthwiseConv2D(3, kernel_quantizer=BinaryWeights())(images).shape
        TensorShape([2, 6, 6, 3])
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        kernel_quantizer: Quantizer | None = None,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        kind, quantizer = type(self).__name__, ternary_quantizer(kernel_quantizer)
        check_convolution({"padding": padding, **kwargs}, kind)
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            **linear_options(kind, quantizer, kernel_initializer, kwargs, "depthwise"),
        )
