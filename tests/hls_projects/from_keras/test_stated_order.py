"""Branches whose sum TensorFlow's graph optimizer takes in another order than the model."""

import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense

from hls_projects.from_keras.reference.keras_trace import keras_integer_logits
from hls_projects.from_keras.reference.stated_order import OPTION, stated_order
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.hls_projects.qkeras_models import TERNARY

L = keras.layers
FORMATS = [FixedPoint(6, True, 1 / 16), FixedPoint(6, True, 1 / 16)]


def branch(inputs, seed):
    x = QDense(12, kernel_quantizer=TERNARY, kernel_initializer=initial(seed))(inputs)
    return QActivation("quantized_relu(2,1)")(L.BatchNormalization()(x))


def initial(seed):
    return keras.initializers.RandomUniform(-1, 1, seed=seed)


@pytest.fixture(scope="module")
def residual():
    inputs = [keras.Input((6,)), keras.Input((4,))]
    x = L.Add()([branch(one, seed) for seed, one in enumerate(inputs)])
    heads = [QDense(units, kernel_quantizer=TERNARY, kernel_initializer=initial(units))(x)
             for units in (3, 1)]
    model = keras.Model(inputs, heads)
    network = IntegerNetwork.from_keras(model, FORMATS)
    rng = np.random.default_rng(0)
    return model, network, [rng.integers(-32, 32, (3000, width)) / 16 for width in (6, 4)]


def test_sums_of_branches_are_compared_in_the_order_of_the_model(residual):
    model, network, x = residual
    found = compare(network, x, model=model)
    assert found["mismatches"] == 0
    assert "adds in another order" in found["note"], "no case of what is tested"


def test_more_than_what_the_order_does_is_red(residual, monkeypatch):
    model, network, x = residual
    said = model.predict([part.astype(np.float32) for part in x], verbose=0)
    said[0][7, 1] += 1e-3
    monkeypatch.setattr(model, "predict", lambda *arguments, **options: said)
    with pytest.raises(ExactnessError, match="must be integers times"):
        compare(network, x, model=model)


def test_the_option_is_as_it_was_after():
    import tensorflow as tf

    with stated_order():
        assert tf.config.optimizer.get_experimental_options()[OPTION] is False
    assert tf.config.optimizer.get_experimental_options().get(OPTION, True) is True


def test_other_models_are_taken_as_predict_says():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, QDense(3, kernel_quantizer=TERNARY)(inputs))
    network = IntegerNetwork.from_keras(model, FORMATS[0])
    assert keras_integer_logits(model, np.ones((5, 6)), network).residue is None
