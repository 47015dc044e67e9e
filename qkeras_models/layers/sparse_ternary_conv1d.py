"""One-dimensional convolution with sparse ternary weights."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QConv1D

from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.linear_options import linear_options
from qkeras_models.layers.sparse_ternary_layer import (
    SparseTernaryLayer,
    ThresholdPenalty,
    own_quantizer,
)
from qkeras_models.quantizers.sparse_ternary import SparseTernary


@keras.saving.register_keras_serializable(package="qkeras_models")
class SparseTernaryConv1D(SparseTernaryLayer, QConv1D):
    """y = x ∗ T(W), a qkeras QConv1D whose kernel is −1, 0 or +1 and mostly 0.

    Shapes: x (batch, steps, channels) to y (batch, steps out, filters), kernel (kernel size,
    channels, filters).  Padding contributes zeros.  No bias and no activation: batch
    normalization and a quantized activation follow.

    Args:
        filters: number of output channels, ≥ 1.
        kernel_size: steps that the kernel sees.
        strides: steps from one output to the next.
        padding: "valid" or "same", as Keras pads.
        kernel_quantizer: a SparseTernary; the layer keeps a copy of its own.
        kernel_initializer: of the shadow weights; uniform in ±0.5 spreads them around any
            usual threshold.
        threshold_regularizer: a ThresholdRegularizer or None; the QuantizationPruning
            callback attaches one.
        **kwargs: what keras.layers.Conv1D takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, the quantizer or padding is
            another, or data are channels first, dilated or in groups.

    Example:
        >>> SparseTernaryConv1D(16, 3, padding="same")(np.ones((2, 20, 4), np.float32)).shape
        TensorShape([2, 20, 16])

    Reference: docs/convolutions.md.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: str = "valid",
        kernel_quantizer: SparseTernary | None = None,
        kernel_initializer: Any = None,
        threshold_regularizer: ThresholdPenalty | None = None,
        **kwargs: Any,
    ) -> None:
        kind, quantizer = type(self).__name__, own_quantizer(kernel_quantizer)
        check_convolution({"padding": padding, **kwargs}, kind)
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            **linear_options(kind, quantizer, kernel_initializer, kwargs),
        )
        self.threshold_regularizer = keras.regularizers.get(threshold_regularizer)
