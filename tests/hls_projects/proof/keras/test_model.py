"""Keras's side: what is right is proved, and an input layer that is a little off is found."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from qkeras import QActivation

from hls_projects.from_keras.converter import convert
from hls_projects.from_keras.values import levels
from hls_projects.kinds import Levels
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.keras import prove_converted, prove_keras
from hls_projects.proof.keras import sums as sums_module
from qkeras_models import load_pretrained
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.thermometer_input import ThermometerInput


def features(scale=(0.5, 0.375, 3.0), signed=True):
    return keras.Sequential([
        keras.Input((3,)),
        InputQuantizer(bits=6, signed=signed, scale=list(scale), name="quantizer"),
        ThermometerInput([[0.5, 3], [-2.25, 1], [7]], name="bits"),
        SparseTernaryDense(2, name="dense"),
        IntegerHead(name="head"),
    ])


@pytest.fixture(scope="module")
def small():
    return load_pretrained("mnist-small")


def test_mnist_small_is_proved(small):
    proof = prove_keras(small, IntegerNetwork.from_keras(small))
    assert proof.complete
    assert str(proof).startswith("Keras: proved for every input: 217,728 weights, levels at ")
    assert proof.accumulators > 5000 and proof.largest_sum < 1 << 24


def test_features_are_tried_beside_every_boundary():
    proof = prove_keras(features())
    assert proof.complete, str(proof)
    assert proof.input_values == 4 * 64 * 3 + 64 * 3


def test_thresholds_of_raw_features_are_tried_in_units_of_the_features():
    model = keras.Sequential([
        keras.Input((1,)), ThermometerInput([[900.5, 1000, 1100]]), SparseTernaryDense(2),
        IntegerHead(),
    ])
    proof = prove_keras(model, given=FixedPoint(9, False, 4.0))
    assert proof.complete and not proof.quantized, str(proof)


def test_a_quantizer_that_is_wrong_at_one_float_is_found(monkeypatch):
    model = features()
    converted, right = convert(model), InputQuantizer.call

    def late(layer, inputs):
        below = np.nextafter(np.float32(layer.scale[0] * 5), np.float32(0))
        return right(layer, keras.ops.where(inputs == below, 5 * layer.scale[0], inputs))

    monkeypatch.setattr(InputQuantizer, "call", late)
    proof = prove_converted(model, converted)
    assert not proof.complete and "'quantizer' makes 5 of" in str(proof)


def test_a_threshold_that_moved_is_found():
    model = features()
    converted = convert(model)
    layer = model.get_layer("bits")
    layer.move.assign(np.full(layer.move.shape, 0.5, np.float32))
    proof = prove_converted(model, converted)
    assert not proof.complete and "of 'bits' is another at" in str(proof)


def test_another_network_is_no_proof(small):
    network = IntegerNetwork.from_keras(small)
    layers = list(network.layers)
    place = next(i for i, layer in enumerate(layers) if isinstance(layer, Levels))
    moved = layers[place].levels + np.eye(*layers[place].levels.shape, dtype=np.int32)
    layers[place] = Levels(moved, layers[place].direction)
    other = IntegerNetwork(network.input, tuple(layers), network.provenance, network.sources)
    proof = prove_keras(small, other)
    assert not proof.complete and "is another now" in str(proof)


def test_the_same_layers_that_take_others_are_no_proof():
    inputs = keras.Input((3,))
    x = InputQuantizer(bits=4, signed=True, scale=1.0)(inputs)
    ends = [SparseTernaryDense(2)(x) for _ in range(2)]
    activations = [QActivation("quantized_relu(2, 2)")(end) for end in ends]
    joined = SparseTernaryDense(2)(keras.layers.Concatenate()(activations))
    model = keras.Model(inputs, IntegerHead()(joined))
    network = IntegerNetwork.from_keras(model)
    assert prove_keras(model, network).complete
    sources = tuple(taken[::-1] for taken in network.sources)
    assert sources != network.sources
    other = IntegerNetwork(network.input, network.layers, network.provenance, sources)
    proof = prove_keras(model, other)
    assert not proof.complete and "its layers take what" in str(proof)


def test_bisection_is_not_called_a_proof(small, monkeypatch):
    for module in (levels, sums_module):
        monkeypatch.setattr(module, "MOST_EVALUATED", 1000)
    proof = prove_keras(small)
    assert not proof.complete and not proof.differences
    assert "took bisection" in str(proof) and "proved for every" not in str(proof)
