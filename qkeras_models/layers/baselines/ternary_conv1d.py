"""One-dimensional convolution whose weights are −1, 0 or +1 without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QConv1D

from qkeras_models.layers.baselines.ternary_layer import (
    Quantizer,
    TernaryLayer,
    ternary_quantizer,
)
from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.linear_options import linear_options


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryConv1D(TernaryLayer, QConv1D):
    """y = x ∗ Q(W): the convolution that SparseTernaryConv1D is compared with.

    Shapes: x (batch, steps, channels) to y (batch, steps out, filters).

    Args:
        filters: number of output channels, ≥ 1.
        kernel_size: steps that the kernel sees.
        strides: steps from one output to the next.
        padding: "valid" or "same", as Keras pads.
        kernel_quantizer: a TernaryWeights or BinaryWeights.
        kernel_initializer: of the shadow weights.
        **kwargs: what keras.layers.Conv1D takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, the quantizer or padding is
            another, or data are channels first, dilated or in groups.

    Example:
        >>> TernaryConv1D(16, 3)(np.ones((2, 20, 4), np.float32)).shape
        TensorShape([2, 18, 16])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
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
