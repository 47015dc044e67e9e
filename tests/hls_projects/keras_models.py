"""Keras models to convert: as odd as training can leave them, and what is asked of each."""

from __future__ import annotations

import hls4ml
import keras
import numpy as np
import pytest

import hls_projects  # noqa: F401 (registers the layers)
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers


def randomize(model, seed=0, threshold=0.3):
    """Weights as bad as training can leave them: γ of both signs and zero, any statistics."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.gamma.shape[0]
            gamma = rng.normal(size=n) * (rng.random(n) > 0.2)
            layer.set_weights([gamma, rng.normal(size=n), rng.normal(size=n) * 2, rng.random(n)])
        if isinstance(layer, IntegerHead):
            layer.bias.assign(rng.normal(size=layer.bias.shape) * 5)
    for layer in sparse_ternary_layers(model):
        layer.kernel.assign(rng.uniform(-0.5, 0.5, layer.kernel.shape))
        layer.threshold.assign(threshold)
    return model


def assert_exact(model, x):
    network = IntegerNetwork.from_keras(model)
    logits = model.predict(x, verbose=0)
    expected = model.layers[-1].integer_logits(logits)
    np.testing.assert_array_equal(network.predict(x), expected)
    np.testing.assert_array_equal(network.predict(x).argmax(-1), logits.argmax(-1))
    return network


def entrances(model):
    """What each entrance says of a model that it refuses."""
    for convert in (IntegerNetwork.from_keras, hls4ml.converters.parse_keras_v3_model):
        with pytest.raises(ValueError) as caught:
            convert(model)
        yield str(caught.value)
