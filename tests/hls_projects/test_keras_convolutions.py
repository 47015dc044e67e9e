"""Keras models of pictures and their integer networks."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from qkeras import QActivation

from hls_projects.integer_network import IntegerNetwork
from hls_projects.keras_trace import keras_trace
from qkeras_models.binary_weights import BinaryWeights
from qkeras_models.builders import feed_forward
from qkeras_models.input_quantizer import InputQuantizer
from qkeras_models.integer_head import IntegerHead
from qkeras_models.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.sparse_ternary_dense import SparseTernaryDense
from tests.hls_projects.test_from_keras import assert_exact, randomize

Pool = keras.layers.MaxPooling2D


def pictures(shape, *layers, activation="quantized_relu(2,2)"):
    """Layers after a quantizer, convolutions with normalization and activation, then a head."""
    steps = [keras.Input(shape), InputQuantizer(3, signed=True, scale=0.25)]
    for layer in layers:
        steps.append(layer)
        if isinstance(layer, SparseTernaryConv2D):
            steps += [keras.layers.BatchNormalization(), QActivation(activation)]
    steps += [keras.layers.Flatten(), SparseTernaryDense(4), IntegerHead()]
    return randomize(keras.Sequential(steps), 3)


def samples(shape, count=50):
    return np.random.default_rng(0).normal(size=(count, *shape)).astype(np.float32)


@pytest.mark.parametrize("size, strides, padding", [
    (1, 2, "same"), (2, 1, "same"), ((2, 5), (3, 1), "same"), (4, (1, 2), "same"),
    (3, 1, "valid"), ((4, 2), (2, 3), "valid"),
])
def test_convolutions_are_exact(size, strides, padding):
    shape = (7, 9, 2)
    model = pictures(
        shape,
        SparseTernaryConv2D(5, size, strides=strides, padding=padding),
        SparseTernaryConv2D(3, 2, padding="same"),
    )
    assert_exact(model, samples(shape))


def test_pools_reshapes_and_activations_of_both_signs_are_exact():
    layers = (
        keras.layers.Reshape((8, 8, 2)),
        SparseTernaryConv2D(6, 3),
        Pool(2),
        SparseTernaryConv2D(4, 2),
        keras.layers.SpatialDropout2D(0.5),
        Pool((1, 2), strides=(1, 1)),
    )
    model = pictures((4, 32), *layers, activation="binary()")
    x = samples((4, 32))
    network = assert_exact(model, x)
    expected = network.trace(network.input.quantize(x))
    for received, own in zip(keras_trace(model, network, x), expected, strict=True):
        np.testing.assert_array_equal(received, own)


@pytest.mark.parametrize("quantizer", [None, BinaryWeights()])
def test_built_networks_are_exact(quantizer):
    model = feed_forward((12, 12), ("2c3v", "p2", "3c2", "p2", 6), 4, quantizer=quantizer)
    network = assert_exact(randomize(model), samples((12, 12)))
    assert [layer.kind for layer in network.layers[:4]] == [
        "reshape", "conv2d", "threshold", "maxpool"
    ]


def test_zeros_around_activations_of_one_and_minus_one_are_refused():
    same = SparseTernaryConv2D(4, 3, padding="same", name="second")
    model = pictures((8, 8, 3), SparseTernaryConv2D(6, 3), same, activation="binary()")
    with pytest.raises(ValueError, match="`padding` of 'second' .* must be 'valid'"):
        IntegerNetwork.from_keras(model)


@pytest.mark.parametrize("layer, message", [
    (Pool(2, padding="same", name="pool"), r"`padding` of 'pool' \(MaxPooling2D\) must be 'valid'"),
    (keras.layers.AveragePooling2D(2, name="mean"), "'mean' .*; use MaxPooling2D"),
    (keras.layers.Conv2D(3, 2, name="plain"), "'plain' .*; use SparseTernaryConv2D"),
])
def test_layers_without_hardware_are_named(layer, message):
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(pictures((8, 8, 3), SparseTernaryConv2D(6, 3), layer))


@pytest.mark.parametrize("option, value", [
    ("data_format", "channels_first"), ("dilation_rate", 2), ("groups", 2),
])
def test_convolutions_without_hardware_are_named(option, value):
    message = rf"`{option}` of 'mine' \(SparseTernaryConv2D\) must be .*Received: {value!r}"
    with pytest.raises(ValueError, match=message):
        SparseTernaryConv2D(4, 3, name="mine", **{option: value})
