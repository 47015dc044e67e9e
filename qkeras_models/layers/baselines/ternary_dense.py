"""Dense layer whose weights are −1, 0 or +1 by a quantizer without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
from qkeras import QDense

from qkeras_models.layers.baselines.ternary_layer import Quantizer, TernaryLayer, ternary_quantizer
from qkeras_models.layers.linear_options import linear_options


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryDense(TernaryLayer, QDense):
    """y = x · Q(W): the dense layer that SparseTernaryDense is compared with.

    Shapes: x (batch, …, inputs) to y (batch, …, units).  Shadow weights W are kept in [−1, 1].
    No bias and no activation: batch normalization and a quantized activation follow, or an
    IntegerHead.

    Args:
        units: number of outputs, ≥ 1.
        kernel_quantizer: a TernaryWeights or BinaryWeights.
        kernel_initializer: of the shadow weights.
        **kwargs: what keras.layers.Dense takes, such as `name`.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for, or the quantizer is another.

    Example:
        >>> TernaryDense(64, BinaryWeights())(x).shape
        TensorShape([2, 64])
    """

    def __init__(
        self,
        units: int,
        kernel_quantizer: Quantizer | None = None,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        quantizer = ternary_quantizer(kernel_quantizer)
        options = linear_options(type(self).__name__, quantizer, kernel_initializer, kwargs)
        super().__init__(units=units, **options)
