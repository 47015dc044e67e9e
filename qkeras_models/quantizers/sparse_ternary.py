"""Ternary quantizer with a trained threshold and a mask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
from keras import ops
from qkeras import ternary


@keras.saving.register_keras_serializable(package="qkeras_models")
class SparseTernary(ternary):
    """Quantizes shadow weights to −1, 0 or +1 by a threshold that is trained.

    Forward:   T(W) = M · sign(W) · 1[|W| > η]; a tie |W| = η gives 0.
    Gradient:  ∂T/∂W = M · 1[|W| ≤ 1] (straight through),
               ∂T/∂η = −M · sign(W) · 1[| |W| − η | < τ/2] / τ (box window).

    The scale is 1: the batch normalization that follows a ternary layer absorbs any other.
    Until ``bind`` gives it a layer's variables, η is the initial threshold and M is 1.

    Args:
        threshold: initial η, in (0, 1), in units of shadow weights.
        window: τ, width of the box window, in (0, 1].

    Raises:
        ValueError: if `threshold` or `window` is out of range.

    Example:
        >>> SparseTernary(threshold=0.5)(np.float32([-0.7, 0.5, 0.9])).numpy()
        array([-1.,  0.,  1.], dtype=float32)

    Reference: arXiv 1709.06262 trains networks with a quantization threshold regularizer; the
    definition above is this project's own (docs/method.md).
    """

    def __init__(self, threshold: float = 0.3, window: float = 0.1) -> None:
        if not 0.0 < threshold < 1.0:
            raise ValueError(f"`threshold` must be in (0, 1). Received: {threshold!r}")
        if not 0.0 < window <= 1.0:
            raise ValueError(f"`window` must be in (0, 1]. Received: {window!r}")
        super().__init__(alpha=1.0, threshold=threshold)
        self.window = window
        self._variables: tuple[Any, Any, Any] | None = None
        self._dtype: str | None = None

    def bind(self, threshold: Any, mask: Any, gate: Any, dtype: str | None = None) -> None:
        """Quantizes with a layer's variables from now on.

        Args:
            threshold: η, shape ().
            mask: M, the kernel's shape, 0 or 1.
            gate: shape (), 1 while η is trained, 0 while it is fixed.
            dtype: of T(W); by default that of W.
        """
        self._variables = threshold, mask, gate
        self._dtype = dtype

    def __call__(self, x: Any) -> Any:
        threshold, mask, gate = self._variables or (self.threshold, ops.ones_like(x), 1.0)
        # + 0 reads a variable: TensorFlow's custom gradients take tensors alone.
        x, threshold, mask, gate = (ops.add(v, 0.0) for v in (x, threshold, mask, gate))
        threshold, mask, gate = (ops.cast(v, x.dtype) for v in (threshold, mask, gate))
        hard = _quantize(self.window)(x, threshold, mask, gate)
        return ops.cast(hard, self._dtype or hard.dtype)

    def __str__(self) -> str:
        return f"SparseTernary(threshold={self.threshold},window={self.window})"

    def get_config(self) -> dict[str, Any]:
        return {"threshold": self.threshold, "window": self.window}


@cache
def _quantize(window: float) -> Callable[..., Any]:
    """T(W) with its gradients, for one τ; written out, a third of the cost of tracing them."""

    @ops.custom_gradient
    def quantize(x: Any, threshold: Any, mask: Any, gate: Any) -> tuple[Any, Any]:
        size = ops.abs(x)
        sign = ops.sign(x) * mask
        hard = sign * ops.cast(size > threshold, x.dtype)

        def gradient(*_: Any, upstream: Any = None) -> tuple[Any, ...]:
            upstream = _[0] if upstream is None else upstream
            through = upstream * mask * ops.cast(size <= 1.0, x.dtype)
            in_window = ops.cast(ops.abs(size - threshold) < window / 2, x.dtype)
            slope = -(gate / window) * ops.sum(upstream * sign * in_window)
            return through, slope, ops.zeros_like(mask), ops.zeros_like(gate)

        return hard, gradient

    return quantize
