"""Convolution whose weights are −1, 0 or +1 by a quantizer without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QConv2D

from qkeras_models.layers.baselines.ternary_layer import Quantizer, TernaryLayer, ternary_quantizer
from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.linear_options import linear_options


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryConv2D(TernaryLayer, QConv2D):
    """y = x ∗ Q(W): the convolution that SparseTernaryConv2D is compared with.

    Shapes, `filters`, `kernel_size`, `strides` and `padding`: as SparseTernaryConv2D.

    Args:
        kernel_quantizer: a TernaryWeights or BinaryWeights.
        kernel_initializer: of the shadow weights.
        **kwargs: what keras.layers.Conv2D takes, such as `name`.

    Raises:
        ValueError: as SparseTernaryConv2D.

    Example:
        >>> TernaryConv2D(16, 3, kernel_quantizer=BinaryWeights())(images).shape
        TensorShape([2, 6, 6, 16])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        kernel_quantizer: Quantizer | None = None,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        kind, quantizer = type(self).__name__, ternary_quantizer(kernel_quantizer)
        check_convolution({"padding": padding, **kwargs}, kind)
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            **linear_options(kind, quantizer, kernel_initializer, kwargs),
        )
