"""What follows an IntegerHead: left out and said so, or refused, through both entrances."""

from __future__ import annotations

import warnings

import hls4ml
import keras
import numpy as np
import pytest
from hls4ml.converters import convert_from_keras_model
from qkeras import QActivation

from hls_projects.from_keras.reference.keras_trace import keras_integer_logits
from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.hls4ml_front_end.layer_list import project_entries
from hls_projects.kinds import Dense, Head
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from tests.hls_projects.keras_models import entrances, randomize
from tests.hls_projects.networks import network

layers, ops = keras.layers, keras.ops
SAMPLES = np.random.default_rng(0).uniform(0, 1, (300, 8)).astype(np.float32)


def logits_of(inputs, units=5, scale=0.1, name="head"):
    x = SparseTernaryDense(12)(InputQuantizer(bits=4, scale=1 / 16)(inputs))
    x = QActivation("quantized_relu(2,2)")(layers.BatchNormalization()(x))
    return IntegerHead(initial_scale=scale, name=name)(SparseTernaryDense(units)(x))


def ending(*tail, units=5):
    inputs = keras.Input((8,))
    x = logits_of(inputs, units)
    for layer in tail:
        x = layer(x)
    return randomize(keras.Model(inputs, x))


def nested_softmax(x):
    inner = keras.Input((5,))
    return keras.Model(inner, layers.Softmax(name="inner")(inner), name="probabilities")(x)


TAILS = {
    "softmax": ([layers.Softmax(name="last")], 5, "largest logit stays the largest"),
    "activation": ([layers.Activation("softmax", name="last")], 5, "stays the largest"),
    "function": ([keras.activations.softmax], 5, "stays the largest"),
    "sigmoid": ([layers.Activation("sigmoid", name="last")], 1, "0.5 is logit 0"),
    "sigmoids": ([layers.Activation("sigmoid", name="last")], 5, "0.5 is logit 0"),
    "identities": ([layers.Dropout(0.5), layers.Activation("linear"), layers.Softmax(),
                    layers.Identity()], 5, "stays the largest"),
    "nested": ([nested_softmax], 5, "'inner' (Softmax)"),
    "argmax": ([lambda x: ops.argmax(x, axis=-1)], 5, "index of the largest logit is left"),
    "both": ([layers.Softmax(), lambda x: ops.argmax(x, axis=-1)], 5, "stays the largest"),
}


@pytest.mark.parametrize("kind", TAILS)
def test_what_may_follow_a_head_is_left_out_and_said_so(kind):
    tail, units, sentence = TAILS[kind]
    model = ending(*tail, units=units)
    net = IntegerNetwork.from_keras(model)
    assert net.classes == units
    assert compare(net, SAMPLES, model=model)["mismatches"] == 0
    with pytest.warns(UserWarning, match="hardware leaves out") as caught:
        entries, *_ = hls4ml.converters.parse_keras_v3_model(model)
    assert [entry["class_name"] for entry in entries[-2:]] == ["SparseTernaryDense", "IntegerHead"]
    (message,) = [str(w.message) for w in caught if w.category is UserWarning]
    assert sentence in message
    assert ("--argmax" in message) == (not kind.startswith("sigmoid"))


def test_a_softmax_is_left_out_of_what_hls4mls_own_api_computes(tmp_path):
    model = ending(layers.Softmax())
    config = hls4ml.utils.config_from_keras_model(model, granularity="name", backend="Vitis")
    with pytest.warns(UserWarning, match="hardware leaves out"):
        hls_model = convert_from_keras_model(
            model, hls_config=config, backend="Vitis", output_dir=str(tmp_path / "hls")
        )
    hls_model.compile()
    received = hls_model.predict(SAMPLES)
    np.testing.assert_array_equal(received, IntegerNetwork.from_keras(model).predict(SAMPLES))
    probabilities = model.predict(SAMPLES, verbose=0)
    np.testing.assert_array_equal(received.argmax(-1), probabilities.argmax(-1))


REFUSED = {
    "dense": [layers.Dense(3, name="last")],
    "ternary": [SparseTernaryDense(3, name="last"), IntegerHead()],
    "second head": [IntegerHead(name="last")],
    "relu": [layers.Activation("relu", name="last")],
    "other axis": [layers.Reshape((5, 1), name="last"), layers.Softmax(axis=1)],
    "twice": [layers.Softmax(), layers.Softmax(name="last")],
    "flatten": [layers.Flatten(name="last")],
}


@pytest.mark.parametrize("kind", REFUSED)
def test_whatever_else_follows_a_head_is_refused_by_name(kind):
    first, second = entrances(ending(*REFUSED[kind]))
    assert first == second
    assert "layer 'last' (" in first and "cannot follow 'head' (IntegerHead)" in first


def test_two_heads_are_refused_by_name():
    inputs = keras.Input((8,))
    heads = [logits_of(inputs, name=name) for name in ("one", "two")]
    added = keras.Model(inputs, layers.Add(name="sum")(heads))
    first, second = entrances(added)
    assert first == second
    assert "must have one IntegerHead, at its end. Received: 'one', 'two'" in first


def test_outputs_that_decide_otherwise_are_found():
    """A scale of 10^-9 leaves every probability equal, which softmax cannot tell apart."""
    model = ending(layers.Softmax(name="last"))
    model.get_layer("head").log_scale.assign(np.log(1e-9))
    net = IntegerNetwork.from_keras(model)
    with pytest.raises(ValueError, match="outputs of 'last' must decide as the integer logits"):
        compare(net, SAMPLES, model=model)
    sides = ending(layers.Activation("sigmoid"), units=1)
    sides.get_layer("head").log_scale.assign(np.log(1e-9))
    with pytest.raises(ValueError, match="must decide as the integer logits of 'head' do"):
        keras_integer_logits(sides, SAMPLES)


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_argmax_in_hardware_is_kerass_class(io_type, tmp_path):
    model = ending(layers.Softmax(), units=7)
    net = IntegerNetwork.from_keras(model)
    hls_model = build_hls_model(model, tmp_path / "hls", argmax=True, io_type=io_type)
    simulation = CSimulation(hls_model)
    result = compare(net, SAMPLES, model=model, csim=simulation)
    assert result["executions"] == ["Keras", "integer network", "argmax in C-simulation"]
    classes = simulation.predict(net.input.quantize(SAMPLES))
    assert classes.shape == (len(SAMPLES), 1) and len(np.unique(classes)) > 2
    np.testing.assert_array_equal(classes[:, 0], model.predict(SAMPLES, verbose=0).argmax(-1))


def test_of_equal_logits_the_lowest_index_is_the_class(tmp_path):
    net = network((6, 4, 9), seed=3)
    dense = Dense(np.zeros((4, 9), np.int8))
    head = Head(np.array([1, 2, 0, 7, 3, 7, 7, -1, 0], np.int32))
    net = IntegerNetwork(net.input, (*net.layers[:-2], dense, head))
    simulation = CSimulation(build_hls_model(net, tmp_path / "hls", argmax=True))
    assert simulation.predict(np.zeros((2, 6), np.int32)).tolist() == [[3], [3]]


def test_an_argmax_that_differs_is_found(tmp_path):
    net = network((6, 4, 3), seed=1)
    simulation = CSimulation(build_hls_model(net, tmp_path / "hls", argmax=True))
    x = np.random.default_rng(0).random((50, 6))
    assert compare(net, x, csim=simulation)["mismatches"] == 0
    net.layers[-1].bias[2] += 1000
    with pytest.raises(ExactnessError, match=r"C-simulation differs .*\('head', head") as caught:
        compare(net, x, csim=simulation)
    assert caught.value.mismatch.expected_logits == [2]


def test_argmax_of_a_single_logit_is_refused():
    with pytest.raises(ValueError, match="`argmax` needs at least 2 logits.*Received: 1"):
        project_entries(network((4, 1)), argmax=True)


def test_models_without_these_layers_reach_hls4ml_untouched():
    plain = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Softmax()])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        entries, *_ = hls4ml.converters.parse_keras_v3_model(plain)
    assert [entry["class_name"] for entry in entries] == ["InputLayer", "Dense", "Softmax"]
