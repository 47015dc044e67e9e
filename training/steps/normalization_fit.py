"""Batch normalization trained alone, after the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from qkeras_models.layers.integer_head import IntegerHead

TRAINED = (keras.layers.BatchNormalization, IntegerHead)


@contextmanager
def normalizations_alone(model: keras.Model) -> Iterator[None]:
    """Inside, batch normalizations are trained, and the head's bias and scale, but no weight.

    While weights are trained, many near their threshold change between 0 and ±1 at every step, and
    averaged weights are others than those that γ and β followed.  With weights fixed these come
    right in a few epochs; they become the thresholds of integer activations, which cost nothing
    more.  Compile the model inside, since Keras notes there what is trained.

    Args:
        model: any Keras model, nested ones too; what was not trainable before stays so.
    """
    fixed = [
        layer
        for layer in model._flatten_layers(include_self=False)
        # Setting a model's `trainable` would set that of all of its layers.
        if layer.trainable and not hasattr(layer, "layers") and not isinstance(layer, TRAINED)
    ]
    for layer in fixed:
        layer.trainable = False
    try:
        yield
    finally:
        for layer in fixed:
            layer.trainable = True
