"""Statistics of batch normalization that belong to the weights a training ended with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

BATCH = 256


def recalibrate(model: keras.Model, batches: Iterable[Sequence[np.ndarray]]) -> None:
    """Moving mean and variance of every BatchNormalization ← their means over `batches`.

    While a network is trained they lag behind its weights by some hundred steps, in which ternary
    weights still change their values, and pruning without retraining changes many at once.  A
    batch counts by its number of samples; weights stay as they are.

    Args:
        model: any Keras model.
        batches: (inputs, …) of training data, augmented as in training.

    Raises:
        ValueError: if there are no batches.

    Reference: Wu and Johnson, Rethinking "Batch" in BatchNorm, section 3 (arXiv 2105.07576).
    """
    layers = _normalizations(model)
    momenta = [layer.momentum for layer in layers]
    seen = 0
    try:
        for inputs, *_ in batches:
            total = seen + len(inputs)
            for layer in layers:
                # A cumulative mean: the first batch replaces what was there.
                layer.momentum = seen / total
            model(inputs, training=True)
            seen = total
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
    if not seen:
        raise ValueError("`batches` must not be empty")


def restate(model: keras.Model, x: np.ndarray) -> None:
    """Moving mean and variance of every BatchNormalization ← those of `x`, its outputs kept.

    γ and β change with them: γ ← γ √((v' + ε) / (v + ε)),  β ← β + γ (m' − m) / √(v + ε).  So a
    training goes on where inference left off, whatever statistics the model came with.

    A normalization without γ or β stays as it is.

    Args:
        model: any Keras model.
        x: samples; some thousand are enough.
    """
    layers = [layer for layer in _normalizations(model) if layer.scale and layer.center]
    watched = [_Watched(layer) for layer in layers]
    try:
        for start in range(0, len(x), BATCH):
            model(x[start : start + BATCH], training=False)
    finally:
        for each in watched:
            each.end()
    for each in watched:
        each.restate()


def _normalizations(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    return [
        layer for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]


class _Watched:
    """A normalization whose inputs are looked at."""

    def __init__(self, layer: keras.layers.BatchNormalization) -> None:
        self.layer = layer
        self._call: Callable[..., Any] = layer.call
        self._count, self._sum, self._squares = 0, 0.0, 0.0
        layer.call = self

    def __call__(self, inputs: Any, *args: Any, **options: Any) -> Any:
        seen = ops.convert_to_numpy(inputs).astype(np.float64)
        seen = np.moveaxis(seen, self.layer.axis, -1).reshape(-1, seen.shape[self.layer.axis])
        self._count += len(seen)
        self._sum = self._sum + seen.sum(axis=0)
        self._squares = self._squares + np.square(seen).sum(axis=0)
        return self._call(inputs, *args, **options)

    def end(self) -> None:
        vars(self.layer).pop("call", None)

    def restate(self) -> None:
        layer = self.layer
        mean = self._sum / self._count
        variance = np.maximum(self._squares / self._count - np.square(mean), 0.0)
        gamma, beta, old_mean, old_variance = (
            ops.convert_to_numpy(weight).astype(np.float64)
            for weight in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
        )
        slope = gamma / np.sqrt(old_variance + layer.epsilon)
        layer.gamma.assign(slope * np.sqrt(variance + layer.epsilon))
        layer.beta.assign(beta + slope * (mean - old_mean))
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
