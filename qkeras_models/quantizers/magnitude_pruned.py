"""The quantizer of magnitude pruning: float weights first, their signs later."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from qkeras_models.quantizers.sparse_ternary import SparseTernary


@keras.saving.register_keras_serializable(package="qkeras_models")
class MagnitudePruned(SparseTernary):
    """Masked float weights in stage 1, their signs from stage 2 on.

    Forward:   stage 1: M · W;  afterwards: M · sign(W).
    Gradient:  stage 1: M;  afterwards: M · 1[|W| ≤ 1] (straight through).

    There is no threshold.  ``bind``'s gate says which stage it is: 1 in stage 1, 0 afterwards,
    as ``training.pruning.stage_two.prune`` leaves it for binary survivors.

    Example:
        >>> SparseTernaryDense(64, MagnitudePruned())(x).shape
        TensorShape([2, 64])

    Reference: Zhu and Gupta, To prune, or not to prune (arXiv 1710.01878), then ternarized.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threshold = 0.0

    def __call__(self, x: Any) -> Any:
        signs = super().__call__(x)
        _, mask, gate = self._variables or (0.0, ops.ones_like(x), 1.0)
        return ops.where(ops.add(gate, 0.0) > 0, x * ops.cast(mask, signs.dtype), signs)

    def __str__(self) -> str:
        return "MagnitudePruned()"

    def get_config(self) -> dict[str, Any]:
        return {}
