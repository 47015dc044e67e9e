"""How far a step of SGD may move a threshold."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from training.steps.restarted_learning_rate import innermost

LARGEST_STEP = 0.003


def largest_strength(optimizer: Any, layer: Any) -> float:
    """The largest strength of a layer's threshold regularizer that its optimizer can take.

    Steps of Adam and its relatives do not grow with the gradient.  Those of SGD do: the regularizer
    moves η by up to lr / (1 − momentum) · strength · N / 4τ, which is kept to 0.003, about Adam's
    step, so that η passes no weights before the controller looks at it again.

    Returns:
        Infinity but for SGD.
    """
    optimizer = innermost(optimizer)
    if not isinstance(optimizer, keras.optimizers.SGD):
        return math.inf
    rate = float(ops.convert_to_numpy(optimizer.learning_rate)) / (1.0 - optimizer.momentum)
    window = layer.threshold_regularizer.window
    return LARGEST_STEP * 4.0 * window / (rate * math.prod(layer.kernel.shape))


def slow_thresholds(optimizer: Any, layers: list[Any]) -> None:
    """With SGD, thresholds follow the mean of their weights' gradients rather than the sum.

    So η moves about as far as a weight does; the sum over a layer would throw it past all weights.
    """
    if isinstance(innermost(optimizer), keras.optimizers.SGD):
        for layer in layers:
            layer.threshold_gate.assign(1.0 / math.prod(layer.kernel.shape))
