"""Dense layer whose weights are −1, 0 or +1 by a quantizer without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from qkeras import QDense

from qkeras_models.binary_weights import BinaryWeights
from qkeras_models.ternary_weights import TernaryWeights


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryDense(QDense):
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
        ValueError: if the quantizer is another.

    Example:
        >>> TernaryDense(64, BinaryWeights())(x)                 # doctest: +SKIP
    """

    def __init__(
        self,
        units: int,
        kernel_quantizer: TernaryWeights | BinaryWeights | None = None,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        quantizer = kernel_quantizer or TernaryWeights()
        if isinstance(quantizer, dict):
            quantizer = keras.saving.deserialize_keras_object(quantizer)
        if not isinstance(quantizer, (TernaryWeights, BinaryWeights)):
            raise ValueError(
                "`kernel_quantizer` must be a TernaryWeights or BinaryWeights. "
                f"Received: {kernel_quantizer!r}"
            )
        super().__init__(
            units=units,
            use_bias=False,
            kernel_quantizer=quantizer,
            kernel_initializer=kernel_initializer or keras.initializers.RandomUniform(-0.5, 0.5),
            **kwargs,
        )

    def ternary_kernel(self) -> np.ndarray:
        """The kernel that inference uses, int8 of −1, 0 and 1, in the kernel's shape."""
        kernel = ops.convert_to_tensor(self.kernel)
        return ops.convert_to_numpy(self.kernel_quantizer_internal(kernel)).astype(np.int8)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for fixed in ("use_bias", "activation", "bias_quantizer", "kernel_range", "bias_range"):
            config.pop(fixed, None)
        config["kernel_quantizer"] = keras.saving.serialize_keras_object(
            self.kernel_quantizer_internal
        )
        return config
