"""Layers and quantizers of the methods that ours is compared with."""

from functools import partial

import keras
import numpy as np
import pytest

from qkeras_models.layers.baselines.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.baselines.ternary_dense import TernaryDense
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.networks.builders import float_mlp, mlp
from qkeras_models.networks.kernels import kernels, zero_share
from qkeras_models.quantizers.binary_weights import BinaryWeights
from qkeras_models.quantizers.magnitude_pruned import MagnitudePruned
from qkeras_models.quantizers.ternary_weights import TernaryWeights
from tests.qkeras_models.layer_case import LayerCase


def gradient(quantizer, x):
    import tensorflow as tf

    x = tf.Variable(np.asarray(x, np.float32))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(quantizer(x))
    return tape.gradient(total, x).numpy().tolist()


class TestBinaryDense(LayerCase):
    def make(self):
        return TernaryDense(5, BinaryWeights())

    def oracle(self, layer, x):
        return x @ np.where(np.array(layer.kernel) >= 0, 1, -1).astype(np.float32)

    def test_forward_and_gradient(self):
        x = [-2.0, -1.0, -0.3, 0.0, 1e-30, 0.7, 1.0, 1.5]
        assert np.array(BinaryWeights()(np.float32(x))).tolist() == [-1] * 3 + [1] * 5
        assert gradient(BinaryWeights(), x) == [0, 1, 1, 1, 1, 1, 1, 0]

    def test_shadow_weights_stay_in_the_unit_range(self):
        model = self.model()
        model.compile(keras.optimizers.SGD(10.0), "mse")
        model.fit(self.samples(), np.full((16, 5), 1e3), epochs=2, verbose=0)
        kernel = np.abs(np.array(model.layers[-1].kernel))
        assert kernel.max() == 1


class TestTernaryDense(LayerCase):
    def make(self):
        return TernaryDense(5, TernaryWeights())

    def oracle(self, layer, x):
        kernel = np.array(layer.kernel)
        size = np.abs(kernel)
        return x @ (np.sign(kernel) * (size > np.float32(0.7) * size.mean())).astype(np.float32)

    def test_forward_and_gradient(self):
        x = [-1.5, -0.5, -0.2, 0.0, 0.3, 1.0]
        ternary = np.array(TernaryWeights()(np.float32(x)))
        assert ternary.tolist() == [-1, -1, 0, 0, 0, 1]
        assert gradient(TernaryWeights(), x) == [0, 1, 1, 1, 1, 1]

    def test_weights_are_zero_or_not_by_the_papers_factor(self):
        layer = self.model().layers[-1]
        assert 0.2 < zero_share({"dense": layer.ternary_kernel()}) < 0.6
        assert TernaryDense(5).kernel_quantizer_internal.factor == 0.7

    @pytest.mark.parametrize("option", [{"activation": "relu"}, {"use_bias": True}])
    def test_what_comes_after_sums_is_a_layer_of_its_own(self, option):
        (name,) = option
        for make in (TernaryDense, partial(TernaryConv2D, kernel_size=3)):
            with pytest.raises(ValueError, match=f"`{name}` must not be given: .*follow a Ternary"):
                make(3, **option)
        assert TernaryDense(3, use_bias=False).activation(1.5) == 1.5

    def test_another_quantizer_or_factor_is_refused(self):
        with pytest.raises(ValueError, match="`kernel_quantizer` must be a TernaryWeights or"):
            TernaryDense(3, kernel_quantizer="ternary()")
        with pytest.raises(ValueError, match="`factor` must be > 0. Received: 0"):
            TernaryWeights(0)


class TestMagnitudePrunedDense(LayerCase):
    def make(self):
        return SparseTernaryDense(5, MagnitudePruned())

    def oracle(self, layer, x):
        return x @ np.array(layer.kernel)

    def samples(self):
        # One input at a time: sums of floats depend on their order.
        return np.eye(6, dtype=np.float32)

    def test_floats_in_stage_one_then_signs_of_what_is_left(self):
        layer = self.model().layers[-1]
        mask = (np.arange(30).reshape(6, 5) % 3 > 0).astype(np.float32)
        layer.mask.assign(mask)
        kernel = np.array(layer.kernel)
        np.testing.assert_array_equal(np.array(layer(self.samples())), kernel * mask)
        layer.threshold_gate.assign(0.0)
        np.testing.assert_array_equal(np.array(layer(self.samples())), np.sign(kernel) * mask)
        np.testing.assert_array_equal(layer.ternary_kernel(), np.sign(kernel) * mask)


def test_builders_make_the_networks_to_compare():
    quantized = [SparseTernaryDense, SparseTernaryDense, TernaryDense, TernaryDense]
    quantizers = [None, MagnitudePruned(), BinaryWeights(), TernaryWeights()]
    for kind, quantizer in zip(quantized, quantizers, strict=True):
        model = mlp((4, 4), (8,), 3, quantizer=quantizer)
        assert type(model.get_layer("dense_1")) is kind
    floats = float_mlp((4, 4), (8,), 3)
    shapes = {name: kernel.shape for name, kernel in kernels(floats).items()}
    assert shapes == {name: kernel.shape for name, kernel in kernels(model).items()}
    assert zero_share(kernels(floats)) == 0
    with pytest.raises(ValueError, match="`classes` must be an integer >= 1"):
        float_mlp((4, 4), (8,), 0)
