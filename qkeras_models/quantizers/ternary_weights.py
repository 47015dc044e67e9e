"""The quantizer of ternary weight networks: a threshold computed from the weights."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from qkeras import ternary


@keras.saving.register_keras_serializable(package="qkeras_models")
class TernaryWeights(ternary):
    """Quantizes shadow weights to −1, 0 or +1 by a threshold relative to their mean size.

    Forward:   Δ = factor · mean |W| over the layer;  T(W) = sign(W) · 1[|W| > Δ].
    Gradient:  ∂T/∂W = 1[|W| ≤ 1] (straight through), none through Δ.

    The scale is 1: the batch normalization that follows absorbs TWN's α, one a layer.

    Args:
        factor: of the mean, > 0; 0.7 is the paper's, the best for normal and uniform weights.

    Raises:
        ValueError: if `factor` is not > 0.

    Example:
        >>> TernaryWeights()(np.float32([-0.7, 0.1, 0.4])).numpy()
        array([-1.,  0.,  1.], dtype=float32)

    Reference: Li, Zhang and Liu, Ternary weight networks (arXiv 1605.04711), equation 6.
    """

    def __init__(self, factor: float = 0.7) -> None:
        if not factor > 0:
            raise ValueError(f"`factor` must be > 0. Received: {factor!r}")
        super().__init__(alpha=1.0)
        self.factor = factor

    def __call__(self, x: Any) -> Any:
        x = ops.convert_to_tensor(x)
        size = ops.abs(x)
        hard = ops.sign(x) * ops.cast(size > self.factor * ops.mean(size), x.dtype)
        through = x * ops.cast(ops.abs(x) <= 1.0, x.dtype)
        # Written so that the sum is the ternary value itself, free of rounding.
        return ops.stop_gradient(hard) + (through - ops.stop_gradient(through))

    def __str__(self) -> str:
        return f"TernaryWeights(factor={self.factor})"

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor}
