"""BinaryConnect's quantizer: the sign of the shadow weights."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from qkeras import binary


@keras.saving.register_keras_serializable(package="qkeras_models")
class BinaryWeights(binary):
    """Quantizes shadow weights to −1 or +1.

    Forward:   B(W) = +1 if W ≥ 0, else −1.
    Gradient:  ∂B/∂W = 1[|W| ≤ 1] (straight through).

    The scale is 1: the batch normalization that follows absorbs any other.  The layer keeps
    shadow weights in [−1, 1].

    Example:
        >>> BinaryWeights()(np.float32([-0.7, 0.0, 0.9])).numpy()
        array([-1.,  1.,  1.], dtype=float32)

    Reference: Courbariaux, Bengio and David, BinaryConnect (NeurIPS 2015).
    """

    def __init__(self) -> None:
        super().__init__(alpha=1.0)

    def __call__(self, x: Any) -> Any:
        x = ops.convert_to_tensor(x)
        through = x * ops.cast(ops.abs(x) <= 1.0, x.dtype)
        hard = 2.0 * ops.cast(x >= 0, x.dtype) - 1.0
        # Written so that the sum is ±1 itself, free of rounding.
        return ops.stop_gradient(hard) + (through - ops.stop_gradient(through))

    def __str__(self) -> str:
        return "BinaryWeights()"

    def get_config(self) -> dict[str, Any]:
        return {}
