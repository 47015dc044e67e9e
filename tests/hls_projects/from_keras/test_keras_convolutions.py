"""Keras models of images and their integer networks."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from qkeras import QActivation
from qkeras.qnormalization import QBatchNormalization

from hls_projects.from_keras.reference.keras_trace import keras_trace
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.baselines.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.networks.builders import feed_forward, float_feed_forward
from qkeras_models.quantizers.binary_weights import BinaryWeights
from tests.hls_projects.keras_models import assert_exact, randomize

Pool = keras.layers.MaxPooling2D


def images(shape, *layers, activation="quantized_relu(2,2)"):
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
    model = images(
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
    model = images((4, 32), *layers, activation="binary()")
    x = samples((4, 32))
    network = assert_exact(model, x)
    expected = network.trace(network.input.quantize(x))
    for received, own in zip(keras_trace(model, network, x)[1], expected, strict=True):
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
    model = images((8, 8, 3), SparseTernaryConv2D(6, 3), same, activation="binary()")
    with pytest.raises(ValueError, match="`padding` of 'second' .* must be 'valid'"):
        IntegerNetwork.from_keras(model)


@pytest.mark.parametrize("layer, message", [
    (keras.layers.AveragePooling2D(3, name="mean"),
     "must be integers times a power of two: put a QActivation between 'mean' and it"),
    (Pool(2, data_format="channels_first", name="pool"),
     r"`data_format` of 'pool' \(MaxPooling2D\) must be 'channels_last'[^,]*\. Received: 'chan"),
    (keras.layers.Conv2D(3, 2, name="plain"), "weights of 'plain' .* must be integers of 8 bits"),
    (keras.layers.DepthwiseConv2D(3, name="deep"), "weights of 'deep' .* must be integers of 8"),
    (keras.layers.GlobalMaxPooling2D(), "; use MaxPooling2D of the image's size, then Flatten"),
    (keras.layers.BatchNormalization(name="late"),
     r"a QActivation must follow 'late'. Received: 'flatten.*' \(Flatten\)"),
])
def test_layers_without_hardware_are_named(layer, message):
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(images((8, 8, 3), SparseTernaryConv2D(6, 3), layer))


class DoublingPool(Pool):
    """Not what its base class computes."""

    def call(self, inputs):
        return 2 * super().call(inputs)


@pytest.mark.parametrize("layer, use", [
    (DoublingPool(2), "MaxPooling2D itself, of which it is a subclass"),
])
def test_subclasses_are_not_taken_for_their_base_class(layer, use):
    with pytest.raises(ValueError, match=f"cannot be converted; use {use}"):
        IntegerNetwork.from_keras(images((8, 8, 3), SparseTernaryConv2D(6, 3), layer))


def with_normalization(normalization):
    return keras.Sequential([
        keras.Input((6, 6, 2)), InputQuantizer(2), SparseTernaryConv2D(6, 3, padding="same"),
        normalization, QActivation("quantized_relu(2,2)"), keras.layers.Flatten(),
        SparseTernaryDense(4), IntegerHead(),
    ])


def test_images_of_any_size_are_refused():
    layers = (SparseTernaryConv2D(4, 3), keras.layers.GlobalMaxPooling2D())
    x = source = keras.Input((None, None, 2))
    for layer in (InputQuantizer(2), *layers, SparseTernaryDense(4), IntegerHead()):
        x = layer(x)
    with pytest.raises(ValueError, match=r"input must have a fixed shape. Received: \(None, "):
        IntegerNetwork.from_keras(keras.Model(source, x))


def test_qkeras_normalization_is_exact():
    assert_exact(randomize(with_normalization(QBatchNormalization())), samples((6, 6, 2)))


def test_normalization_is_over_channels():
    for axis in (-1, 3):
        normalization = keras.layers.BatchNormalization(axis=axis)
        assert_exact(randomize(with_normalization(normalization)), samples((6, 6, 2)))
    rows = keras.layers.BatchNormalization(axis=1, name="rows")
    with pytest.raises(ValueError, match=r"`axis` of 'rows' .* must be -1 \(or 3\).*Received: 1"):
        IntegerNetwork.from_keras(with_normalization(rows))


def test_flatten_with_channels_first_is_refused_where_it_moves_values():
    first = {"data_format": "channels_first"}
    layers = (SparseTernaryConv2D(6, 3), keras.layers.Flatten(name="flat", **first))
    with pytest.raises(ValueError, match=r"`data_format` of 'flat' \(Flatten\) must be 'channels_"):
        IntegerNetwork.from_keras(images((8, 8, 3), *layers))
    again = (SparseTernaryConv2D(6, 3), keras.layers.Flatten(), keras.layers.Flatten(**first))
    assert_exact(images((8, 8, 3), *again), samples((8, 8, 3)))


def test_the_global_data_format_does_not_matter_to_built_networks():
    keras.config.set_image_data_format("channels_first")
    try:
        model = feed_forward((8, 8, 3), ("4c3", "p2", 5), 4, input_bits=3, input_signed=True)
        floats = float_feed_forward((8, 8, 3), ("4c3", "p2", 5), 4)
    finally:
        keras.config.set_image_data_format("channels_last")
    assert_exact(randomize(model), samples((8, 8, 3)))
    assert [layer.output.shape for layer in floats.layers] == [
        layer.output.shape for layer in model.layers[:-1]
    ]


@pytest.mark.parametrize("option, value", [
    ("data_format", "channels_first"), ("dilation_rate", 2), ("groups", 2),
    ("mask", [[1, 0], [0, 1]]), ("padding", "causal"), ("padding", "full"),
])
def test_convolutions_without_hardware_are_named(option, value):
    for kind in (SparseTernaryConv2D, TernaryConv2D):
        message = rf"`{option}` of 'mine' \({kind.__name__}\) must be .*{re.escape(repr(value))}"
        with pytest.raises(ValueError, match=message):
            kind(4, 3, name="mine", **{option: value})
    assert SparseTernaryConv2D(4, 3, dilation_rate=np.array([1, 1])).dilation_rate == (1, 1)
