import keras
import numpy as np
import pytest

from hls_projects.network.input_format import InputFormat
from qkeras_models.layers.input_quantizer import InputQuantizer, round_significant
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.quantizers.sparse_ternary import SparseTernary
from tests.qkeras_models.layer_case import LayerCase


class TestSparseTernaryDense(LayerCase):
    def make(self):
        return SparseTernaryDense(5, SparseTernary(0.2, window=0.5))

    def oracle(self, layer, x):
        return x @ layer.ternary_kernel().astype(np.float32)

    def test_eager_calls_have_gradients_too(self):
        import tensorflow as tf

        layer = self.make()
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(layer(np.eye(6, dtype=np.float32)))
        by_kernel, by_threshold = tape.gradient(total, [w.value for w in layer.trainable_weights])
        assert np.all(by_kernel == 1) and np.isfinite(by_threshold)

    def test_thresholds_masks_and_stage_are_weights(self):
        layer = self.model().layers[-1]
        names = {w.name for w in layer.weights}
        assert {"kernel", "threshold", "mask", "stage"} <= names
        assert {w.name for w in layer.trainable_weights} == {"kernel", "threshold"}

    def test_masked_weights_stay_zero(self):
        layer = self.model().layers[-1]
        layer.mask.assign(np.zeros(layer.mask.shape))
        assert not layer.ternary_kernel().any()

    def test_layers_do_not_share_a_quantizer(self):
        quantizer = SparseTernary(0.5)
        layers = [SparseTernaryDense(3, quantizer) for _ in range(2)]
        for layer in layers:
            layer.build((None, 4))
        layers[0].threshold.assign(0.9)
        assert float(layers[1].threshold) == 0.5
        assert layers[0].kernel_quantizer_internal is not layers[1].kernel_quantizer_internal

    @pytest.mark.parametrize("shape, positions", [((8,), 1), ((5, 8), 5), ((4, 3, 8), 12)])
    def test_output_positions_are_rows_and_pixels(self, shape, positions):
        layer = SparseTernaryDense(3)
        layer.build((None, *shape))
        assert layer.output_positions() == positions

    def test_shadow_weights_start_around_the_threshold(self):
        layer = SparseTernaryDense(200)
        layer.build((None, 300))
        kernel = np.abs(np.array(layer.kernel))
        assert 0.45 < kernel.max() <= 0.5

    @pytest.mark.parametrize("option", ["use_bias", "activation"])
    def test_bias_and_activation_are_refused(self, option):
        with pytest.raises(ValueError, match=f"`{option}` must not be given"):
            SparseTernaryDense(3, **{option: True})

    def test_another_quantizer_is_refused(self):
        with pytest.raises(ValueError, match="`kernel_quantizer` must be a SparseTernary"):
            SparseTernaryDense(3, kernel_quantizer="ternary()")


class TestInputQuantizer(LayerCase):
    trainable = False

    def make(self):
        return InputQuantizer(bits=3, signed=True, scale=0.75)

    def oracle(self, layer, x):
        return np.clip(np.floor(x / np.float32(0.75)), -4, 3)

    @pytest.mark.parametrize("bits", [1, 4, 8])
    @pytest.mark.parametrize("scale", [1 / 256, 0.375, 0.1, 3.7])
    def test_every_multiple_of_the_scale_is_its_own_integer(self, bits, scale):
        layer = InputQuantizer(bits, scale=scale)
        k = np.arange(layer.highest + 1)
        exact = (k * layer.scale).astype(np.float32)
        below = np.nextafter(exact, np.float32(-1))
        model = keras.Sequential([keras.Input((len(k),)), layer])
        np.testing.assert_array_equal(model.predict(exact[None], verbose=0)[0], k)
        np.testing.assert_array_equal(
            model.predict(below[None], verbose=0)[0], np.maximum(k - 1, 0)
        )

    def test_one_scale_for_each_feature(self):
        layer = InputQuantizer(8, scale=[1.0, 0.5])
        assert np.array(layer(np.array([[3.0, 3.0]]))).tolist() == [[3.0, 6.0]]
        with pytest.raises(ValueError, match="hold 3, one for each"):
            InputQuantizer(8, scale=[1.0, 0.5]).build((None, 3))

    def test_scales_have_sixteen_significant_bits(self):
        rounded = float(round_significant(np.float64(0.1), 16))
        assert rounded != 0.1 and abs(rounded / 0.1 - 1) < 2**-16
        assert all(np.float32(rounded * k) == rounded * k for k in range(256))

    @pytest.mark.parametrize("scale", [1e-37, 0.75, 1e30])
    def test_denormal_numbers_are_zero(self, scale):
        denormal = np.array([1, 1 << 22], np.uint32).view(np.float32)
        x = np.array([*denormal, *-denormal, -1e-37, 0.0], np.float32)[None]
        layer = InputQuantizer(8, signed=True, scale=scale)
        model = keras.Sequential([keras.Input((6,)), layer])
        integers = InputFormat(8, True, layer.scale, (6,)).quantize(x)
        np.testing.assert_array_equal(model.predict(x, verbose=0), integers)
        assert not integers[0, :4].any()

    @pytest.mark.parametrize("arguments", [
        {"bits": 0}, {"bits": 17}, {"scale": 0.0}, {"scale": 1e-40}, {"scale": 1e39},
    ])
    def test_values_out_of_range_are_named(self, arguments):
        with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` of an input must be"):
            InputQuantizer(**arguments)


class TestIntegerHead(LayerCase):
    def make(self):
        return IntegerHead(initial_scale=0.25)

    def oracle(self, layer, x):
        scale = np.array(keras.ops.exp(layer.log_scale))
        return scale * (x + layer.integer_bias().astype(np.float32))

    def test_integers_come_back_from_logits(self):
        model = self.model()
        head = model.layers[-1]
        head.bias.assign([1.4, -2.6, 0.5, 1.5, 100.2, -7.0])
        head.log_scale.assign(-1.2345)
        x = np.random.default_rng(0).integers(-(1 << 20), 1 << 20, (64, 6)).astype(np.float32)
        expected = x.astype(np.int64) + np.array([1, -3, 0, 2, 100, -7])
        np.testing.assert_array_equal(
            head.integer_logits(model.predict(x, verbose=0)), expected
        )
