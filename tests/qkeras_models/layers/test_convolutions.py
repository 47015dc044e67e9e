"""Convolutions, and networks described in words."""

import json

import keras
import numpy as np
import pytest

from qkeras_models.files.model_file import claimed_weights
from qkeras_models.files.saved_model import float32_copy
from qkeras_models.layers.baselines.ternary_conv1d import TernaryConv1D
from qkeras_models.layers.baselines.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.baselines.ternary_depthwise_conv2d import TernaryDepthwiseConv2D
from qkeras_models.layers.sparse_ternary_conv1d import SparseTernaryConv1D
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_depthwise_conv2d import SparseTernaryDepthwiseConv2D
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward, float_feed_forward
from qkeras_models.networks.hidden_layers import (
    ConvolutionSpec,
    DenseSpec,
    DepthwiseSpec,
    PoolSpec,
    SeriesSpec,
    hidden_layers,
)
from qkeras_models.quantizers.binary_weights import BinaryWeights
from qkeras_models.quantizers.sparse_ternary import SparseTernary
from tests.qkeras_models.layer_case import LayerCase


def convolved(x, kernel, strides, before, after):
    """Sums over windows of images with zeros around them."""
    padded = np.pad(x, [(0, 0), (before, after), (before, after), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2], (1, 2))
    chosen = windows[:, :: strides[0], :: strides[1]]
    return np.einsum("nrcikl,klio->nrco", chosen, kernel.astype(np.float32))


class TestSparseTernaryConv2D(LayerCase):
    input_shape = (5, 6, 2)

    def make(self):
        return SparseTernaryConv2D(3, 2, padding="same", kernel_quantizer=SparseTernary(0.2))

    def oracle(self, layer, x):
        return convolved(x, layer.ternary_kernel(), (1, 1), 0, 1)

    def test_output_positions(self):
        layer = SparseTernaryConv2D(3, 3, strides=(1, 2))
        layer.build((None, 5, 9, 2))
        assert layer.output_positions() == 3 * 4

    def test_images_of_any_size_have_no_output_positions(self):
        layer = SparseTernaryConv2D(3, 3, name="free")
        layer.build((None, None, None, 2))
        with pytest.raises(ValueError, match="inputs of 'free' .* must have a fixed shape, as in"):
            layer.output_positions()

    def test_what_no_hardware_holds_is_refused(self):
        with pytest.raises(ValueError, match="`use_bias` must not be given.*SparseTernaryConv2D"):
            SparseTernaryConv2D(3, 3, use_bias=True)
        with pytest.raises(ValueError, match="`groups` of a SparseTernaryConv2D must be 1"):
            SparseTernaryConv2D(4, 3, groups=2)


class TestBinaryConv2D(LayerCase):
    input_shape = (5, 6, 2)

    def make(self):
        return TernaryConv2D(3, (3, 2), strides=(2, 1), kernel_quantizer=BinaryWeights())

    def oracle(self, layer, x):
        signs = np.where(np.array(layer.kernel) >= 0, 1, -1)
        return convolved(x, signs, (2, 1), 0, 0)

    def test_another_quantizer_is_refused(self):
        with pytest.raises(ValueError, match="must be a TernaryWeights or BinaryWeights"):
            TernaryConv2D(3, 2, kernel_quantizer=SparseTernary())


class TestSparseTernaryConv1D(LayerCase):
    input_shape = (9, 2)

    def make(self):
        return SparseTernaryConv1D(3, 4, strides=2, kernel_quantizer=SparseTernary(0.2))

    def oracle(self, layer, x):
        return along_steps(layer.ternary_kernel(), x)

    def test_output_positions(self):
        layer = SparseTernaryConv1D(3, 3, strides=2, padding="same")
        layer.build((None, 9, 2))
        assert layer.output_positions() == 5

    def test_what_no_hardware_holds_is_refused(self):
        with pytest.raises(ValueError, match="`dilation_rate` of a SparseTernaryConv1D must be 1"):
            SparseTernaryConv1D(3, 3, dilation_rate=2)


class TestTernaryConv1D(LayerCase):
    input_shape = (9, 2)

    def make(self):
        return TernaryConv1D(3, 4, strides=2, kernel_quantizer=BinaryWeights())

    def oracle(self, layer, x):
        return along_steps(np.where(np.array(layer.kernel) >= 0, 1, -1), x)


def along_steps(kernel, x):
    return convolved(x[:, :, None], kernel[:, None], (2, 1), 0, 0)[:, :, 0]


class TestSparseTernaryDepthwiseConv2D(LayerCase):
    input_shape = (5, 6, 2)

    def make(self):
        return SparseTernaryDepthwiseConv2D(
            2, padding="same", depth_multiplier=3, kernel_quantizer=SparseTernary(0.2)
        )

    def oracle(self, layer, x):
        return convolved(x, channel_by_channel(layer.ternary_kernel()), (1, 1), 0, 1)

    def test_weights_of_an_output(self):
        layer = self.make()
        layer.build((None, 5, 6, 2))
        kernel = np.arange(2 * 2 * 2 * 3).reshape(2, 2, 2, 3)
        full = channel_by_channel(kernel + 1).reshape(-1, 6)
        columns = [column[column > 0] - 1 for column in full.T]
        np.testing.assert_array_equal(layer.by_output(kernel).T, columns)

    def test_what_no_hardware_holds_is_refused(self):
        with pytest.raises(ValueError, match="`activation` must not be given.*DepthwiseConv2D"):
            SparseTernaryDepthwiseConv2D(3, activation="relu")


class TestTernaryDepthwiseConv2D(LayerCase):
    input_shape = (5, 6, 2)

    def make(self):
        return TernaryDepthwiseConv2D((3, 2), kernel_quantizer=BinaryWeights())

    def oracle(self, layer, x):
        signs = np.where(np.array(layer.kernel) >= 0, 1, -1)
        return convolved(x, channel_by_channel(signs), (1, 1), 0, 0)


def channel_by_channel(kernel):
    """The kernel of a convolution of all channels, most of it 0."""
    rows, columns, channels, multiplier = kernel.shape
    full = np.zeros((rows, columns, channels, channels * multiplier), kernel.dtype)
    for channel in range(channels):
        own = slice(channel * multiplier, (channel + 1) * multiplier)
        full[:, :, channel, own] = kernel[:, :, channel]
    return full


def test_layers_in_words():
    assert hidden_layers(["2c3", "1c5v", "p2", 8, "4"], width=16) == (
        ConvolutionSpec(32, 3, "same"), ConvolutionSpec(16, 5, "valid"), PoolSpec(2),
        DenseSpec(128), DenseSpec(64),
    )
    assert hidden_layers(["2t3", "1t5v", "p2"], width=3) == (
        SeriesSpec(6, 3, "same"), SeriesSpec(3, 5, "valid"), PoolSpec(2),
    )
    assert hidden_layers(["d3", "d5v"], 4) == (DepthwiseSpec(3, "same"), DepthwiseSpec(5, "valid"))


@pytest.mark.parametrize("shape, hidden, message", [
    ((8, 8, 2), ["p9", 5], r"`hidden`: maxpool_1 \(p9\) does not fit an image of 8×8, which allo"),
    ((8, 9), ["2c3", "2c9v"], r"conv2d_2 \(2c9v\) .* 8×9, which allows sizes up to 8"),
    ((8, 8, 2), ["3c3v", "p2", "p2", "p2"], r"maxpool_3 \(p2\) does not fit an image of 1×1"),
    ((64,), ["3c3"], r"need images of a fixed shape.*Received: samples of shape \(64,\)"),
    ((None, None, 3), ["3c3"], "need images of a fixed shape"),
    ((3, 32, 32), ["3c3"], r"channels must be last.*np.moveaxis\(x, 1, -1\).*: \(3, 32, 32"),
    ((1, 28, 29), ["p2"], "channels must be last"),
    ((8, 8, 2), ["d3v", "d7v"], r"depthwise_conv2d_2 \(d7v\) .* 6×6, which allows sizes up to 6"),
    ((9, 2), ["4t3v", "p8"], r"maxpool_1 \(p8\) does not fit a series of 7, which allows .* 7"),
    ((9, 2, 1), ["4t3v"], r"need series of a fixed shape, \(steps, channels\).*: .* \(9, 2, 1\)"),
])
def test_images_that_layers_do_not_fit_are_named(shape, hidden, message):
    for build in (feed_forward, float_feed_forward):
        with pytest.raises(ValueError, match=message):
            build(shape, hidden, 4)


@pytest.mark.parametrize("shape, hidden", [
    ((8, 8, 2), ["2c9", "p8"]), ((4, 8, 8), [5]), ((3, 32, 3), ["2c3"]), ((4, 4, 8), ["2c3"]),
    ((2, 9, 9), ["2c3"]), ((np.int64(8), 8), ["p8"]),
])
def test_images_that_may_be_what_they_say(shape, hidden):
    assert feed_forward(shape, hidden, 4).output_shape == (None, 4)


@pytest.mark.parametrize("hidden, message", [
    (["3x3"], "`hidden` must hold integers >= 1, or a width.*Received: '3x3'"),
    ([0], "Received: 0"), ([True], "Received: True"), (["p0"], "Received: 'p0'"),
    (["3t3", "d3"], "of series .* or of images .*, not both. Received: 3t3 and d3"),
    ([8, "3c3"], "convolutions and pools before dense layers. Received: '3c3' after 8"),
])
def test_layers_that_are_none_are_named(hidden, message):
    with pytest.raises(ValueError, match=message):
        hidden_layers(hidden)


def test_a_width_is_a_factor_of_every_layer():
    model = feed_forward((8, 8, 3), ("1c3", "p2", "2c3", 5), 4, width=3)
    outputs = [layer.kernel.shape[-1] for layer in sparse_ternary_layers(model)]
    assert outputs == [3, 6, 15, 4]
    floats = float_feed_forward((8, 8, 3), ("1c3", "p2", "2c3", 5), 4, width=3)
    assert [layer.name for layer in floats.layers] == [layer.name for layer in model.layers[:-1]]
    with pytest.raises(ValueError, match="`width` must be an integer >= 1. Received: 0"):
        feed_forward((8, 8, 3), ("1c3",), 4, width=0)


@pytest.mark.parametrize("shape, hidden, names", [
    ((9, 9, 2), ("4c3", "d3", "6c1", "p2"), ["conv2d_1", "depthwise_conv2d_1", "conv2d_2"]),
    ((20, 2), ("4t3", "p2", "5t3v"), ["conv1d_1", "conv1d_2"]),
])
def test_depthwise_convolutions_and_series_in_words(shape, hidden, names):
    kinds = [SparseTernary(), BinaryWeights(), None]
    for quantizer in kinds:
        model = (
            float_feed_forward(shape, hidden, 3) if quantizer is None
            else feed_forward(shape, hidden, 3, quantizer=quantizer)
        )
        weighted = [layer.name for layer in model.layers if hasattr(layer, "kernel")]
        assert weighted == [*names, "dense_1"]
        assert model.output_shape == (None, 3)


def test_mixed_precision_rounds_no_input_weight_or_logit():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = feed_forward((6, 6, 2), ("3c3", 5), 4, input_bits=8, input_scale=2**-12)
    finally:
        keras.config.set_dtype_policy("float32")
    head, quantizer = model.layers[-1], model.layers[1]
    head.bias.assign([1001.0, -1003.0, 2001.0, 0.0])
    x = np.full((1, 6, 6, 2), 255 * 2**-12 - 1e-7, np.float32)
    assert np.all(np.array(quantizer(x)) == 254)
    zero = np.array(head(np.zeros((1, 4), np.float32)))
    assert head.integer_logits(zero).tolist() == [[1001, -1003, 2001, 0]]
    conv = model.get_layer("conv2d_1")
    # 0.5001 and 0.50005 are one number in bfloat16, and a tie would be 0.
    conv.kernel.assign(np.full(conv.kernel.shape, 0.5001, np.float32))
    conv.threshold.assign(0.50005)
    sums = conv(np.ones((1, 6, 6, 2), np.float32))
    assert conv.compute_dtype == sums.dtype.name == "bfloat16"
    assert float(sums[0, 3, 3, 0]) == np.prod(conv.kernel.shape[:-1])
    copied = float32_copy(model)
    assert {layer.compute_dtype for layer in copied.layers} == {"float32"}
    for a, b in zip(model.get_weights(), copied.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_weights_that_a_file_claims_are_those_of_its_layers():
    model = keras.Sequential([
        keras.Input((9, 30)), keras.layers.Reshape((9, -1, 3)),
        SparseTernaryConv2D(4, (3, 2), strides=(2, 3), padding="same"),
        keras.layers.MaxPooling2D((2, 2), strides=1), TernaryConv2D(5, 2),
        SparseTernaryDepthwiseConv2D(1, depth_multiplier=2),
        keras.layers.Flatten(), keras.layers.Dense(6),
    ])
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    claimed = claimed_weights(json.loads(json.dumps({"config": model.get_config()})))
    assert claimed == sum(np.prod(kernel.shape) for kernel in kernels)
