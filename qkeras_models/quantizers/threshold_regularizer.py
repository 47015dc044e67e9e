"""The penalty that raises thresholds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="qkeras_models")
class ThresholdRegularizer(keras.regularizers.Regularizer):
    """Soft count of a layer's nonzero weights, whose gradient goes to the threshold only.

    Forward:   S(W, η, M) = Σ_i M_i · σ((|W_i| − η) / τ)
    Gradient:  ∂S/∂η = −Σ_i M_i · σ'((|W_i| − η) / τ) / τ, and none for W.

    A layer that holds one adds  strength · S + l2 · Σ W²  to the loss.  The
    QuantizationPruning callback attaches it and sets each layer's strength to λ · c / Σ c · N,
    c being the hardware cost of one of its nonzero weights and N its weight count.

    Args:
        window: τ, width of the soft step, in (0, 1].
        strength: initial factor of S, ≥ 0, a loss per weight.
        l2: initial factor of Σ W², ≥ 0.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> regularizer = ThresholdRegularizer(strength=1e-6)
        >>> layer = SparseTernaryDense(64, threshold_regularizer=regularizer)

    Reference: docs/method.md; the idea is that of arXiv 1709.06262.
    """

    def __init__(self, window: float = 0.1, strength: float = 0.0, l2: float = 0.0) -> None:
        if not 0.0 < window <= 1.0:
            raise ValueError(f"`window` must be in (0, 1]. Received: {window!r}")
        for name, value in (("strength", strength), ("l2", l2)):
            if not value >= 0:
                raise ValueError(f"`{name}` must be >= 0. Received: {value!r}")
        self.window = window
        self.strength = strength
        self.l2 = l2

    def __call__(self, kernel: Any, threshold: Any, mask: Any = None) -> Any:
        if mask is None:
            # + 0 reads a variable: TensorFlow's custom gradients take tensors alone.
            return _soft_count(self.window)(ops.add(kernel, 0.0), ops.add(threshold, 0.0))
        distance = ops.stop_gradient(ops.abs(kernel)) - threshold
        return ops.sum(ops.sigmoid(distance * (1.0 / self.window)) * mask)

    def get_config(self) -> dict[str, Any]:
        return {"window": self.window, "strength": self.strength, "l2": self.l2}


@cache
def _soft_count(window: float) -> Callable[..., Any]:
    """S where every mask is 1, with its gradient, for one τ: written out, it is one pass."""

    @ops.custom_gradient
    def soft_count(kernel: Any, threshold: Any) -> tuple[Any, Any]:
        count = ops.sigmoid((ops.abs(kernel) - threshold) * (1.0 / window))

        def gradient(*_: Any, upstream: Any = None) -> tuple[Any, Any]:
            upstream = _[0] if upstream is None else upstream
            slope = ops.sum(count * (1.0 - count)) * (-1.0 / window)
            return ops.zeros_like(kernel), upstream * slope

        return ops.sum(count), gradient

    return soft_count
