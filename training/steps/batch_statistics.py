"""Statistics of batch normalization that belong to the weights a training ended with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import numpy as np


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
    layers = [
        layer for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
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
