"""Dense layer with sparse ternary weights."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QDense

from qkeras_models.layers.linear_options import linear_options
from qkeras_models.layers.sparse_ternary_layer import (
    SparseTernaryLayer,
    ThresholdPenalty,
    own_quantizer,
)
from qkeras_models.quantizers.sparse_ternary import SparseTernary


@keras.saving.register_keras_serializable(package="qkeras_models")
class SparseTernaryDense(SparseTernaryLayer, QDense):
    """y = x · T(W), a qkeras QDense whose kernel is −1, 0 or +1 and mostly 0.

    Shapes: x (batch, …, inputs) to y (batch, …, units).  No bias and no activation: batch
    normalization and a quantized activation follow, or an IntegerHead.

    Args:
        units: number of outputs, ≥ 1.
        kernel_quantizer: a SparseTernary; the layer keeps a copy of its own.
        kernel_initializer: of the shadow weights; uniform in ±0.5 spreads them around any
            usual threshold.
        threshold_regularizer: a ThresholdRegularizer or None; the QuantizationPruning
            callback attaches one.
        **kwargs: what keras.layers.Dense takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, or the quantizer is another.

    Example:
        >>> SparseTernaryDense(64)(x).shape
        TensorShape([2, 64])

    Reference: docs/method.md.
    """

    def __init__(
        self,
        units: int,
        kernel_quantizer: SparseTernary | None = None,
        kernel_initializer: Any = None,
        threshold_regularizer: ThresholdPenalty | None = None,
        **kwargs: Any,
    ) -> None:
        quantizer = own_quantizer(kernel_quantizer)
        options = linear_options(type(self).__name__, quantizer, kernel_initializer, kwargs)
        super().__init__(units=units, **options)
        self.threshold_regularizer = keras.regularizers.get(threshold_regularizer)
