"""Weights that a failed training leaves are refused by name, through both entrances."""

import json

import keras
import numpy as np
import pytest
from qkeras import QActivation

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from tests.hls_projects.keras_models import entrances, randomize

WEIGHTS = {
    "input": ("step",),
    "first": ("kernel", "threshold", "mask"),
    "norm": ("gamma", "beta", "moving_mean", "moving_variance"),
    "last": ("kernel", "threshold", "mask"),
    "head": ("bias", "log_scale"),
}


@pytest.fixture
def model():
    return randomize(keras.Sequential([
        keras.Input((8,)), InputQuantizer(bits=4, scale=1 / 16, name="input"),
        SparseTernaryDense(6, name="first"), keras.layers.BatchNormalization(name="norm"),
        QActivation("quantized_relu(2,2)"), SparseTernaryDense(3, name="last"),
        IntegerHead(name="head"),
    ]))


def set_one(model, layer, weight, value):
    variable = getattr(model.get_layer(layer), weight)
    values = np.array(variable)
    values.reshape(-1)[-1] = value
    variable.assign(values)


@pytest.mark.parametrize("value, name", [(np.nan, "NaN"), (np.inf, "infinity"),
                                         (-np.inf, "infinity")])
@pytest.mark.parametrize("layer, weight", [(k, w) for k, ws in WEIGHTS.items() for w in ws])
def test_what_is_not_finite_is_refused(layer, weight, value, name, model):
    set_one(model, layer, weight, value)
    first, second = entrances(model)
    assert first == second
    assert f"{weight} of '{layer}' (" in first and f"holds {name}: its training failed" in first


@pytest.mark.parametrize("layer, weight, value, message", [
    ("norm", "moving_variance", -1e-4, "moving_variance of 'norm' .* must be >= 0"),
    ("last", "mask", 0.5, "mask of 'last' .* must be 0 or 1"),
    ("head", "log_scale", 100.0, r"exp\(log_scale\) of 'head' .* must be finite and >= 1.18e-38"),
    ("head", "log_scale", -100.0, r"exp\(log_scale\) of 'head' .* must be finite and >= 1.18e-38"),
    ("head", "log_scale", 88.0, "logits of 'head' must be finite in float32"),
    ("input", "step", 0.125, "step of 'input' .* must be the layer's `scale`. Received: .*0.125"),
])
def test_what_is_out_of_range_is_refused(layer, weight, value, message, model):
    set_one(model, layer, weight, value)
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(model)
    first, second = entrances(model)
    assert first == second


@pytest.mark.parametrize("change, found", [(0.25, "times at"), (np.nan, "nan times")])
def test_logits_that_are_no_integers_make_the_gate_red(
    change, found, model, monkeypatch, tmp_path
):
    network = IntegerNetwork.from_keras(model)
    x = np.random.default_rng(0).random((20, 8)).astype(np.float32)
    assert compare(network, x, model=model)["mismatches"] == 0
    logits = model.predict(x, verbose=0)
    logits[3, 1] += change * model.get_layer("head").scale
    monkeypatch.setattr(model, "predict", lambda *arguments, **options: logits)
    message = rf"logits of 'head' must be integers times its scale.*{found}"
    with pytest.raises(ExactnessError, match=message):
        compare(network, x, model=model, folder=tmp_path)
    written = json.loads((tmp_path / "mismatch.json").read_text())
    assert (written["first_sample"], written["differing_logits"]) == (3, 1)
    expected, received = (np.array(written[f"{n}_logits"]) for n in ("expected", "received"))
    np.testing.assert_allclose(received - expected, [0, change, *[0] * (len(expected) - 2)])


def test_integers_as_large_as_float32_holds_are_read_from_logits():
    head = IntegerHead(initial_scale=0.1)
    head.build((None, 4))
    integers = np.array([[0, 1, -3, 2**22 - 1], [-(2**22) + 1, 4097, 65_537, -2_000_003]])
    logits = np.float32(head.scale) * integers.astype(np.float32)
    np.testing.assert_array_equal(head.integer_logits(logits), integers)
    for value in (2.0**-60, 1 + 2.0**-20, 1000 + 2.0**-10):
        with pytest.raises(ValueError, match="must be integers times its scale"):
            head.integer_logits([[value * head.scale]])
