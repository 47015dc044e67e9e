import keras
import numpy as np
import pytest
import tensorflow as tf
from qkeras import QActivation
from qkeras.quantizers import quantized_relu

from qkeras_models.files.saved_model import float32_copy
from training.config import build_config
from training.data import load
from training.run import build_model
from training.steps.fused_layers import fuse_layers

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def differentiated(call, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x)
        target = tf.reduce_sum(y * tf.range(y.shape[0], dtype=y.dtype))
    return y.numpy(), tape.gradient(target, x).numpy()


@pytest.mark.parametrize("bits, integer", [(1, 1), (2, 2), (2, 1), (3, 3), (4, 0)])
def test_activations_have_qkeras_values_and_gradients(bits, integer):
    top = 2.0**integer
    edges = np.arange(-4, 2 ** (bits + 1)) * top / 2 ** (bits + 1)
    x = np.concatenate([np.linspace(-top, 2 * top, 10_001), edges]).astype(np.float32)
    layer = QActivation(f"quantized_relu({bits},{integer})")
    plain = differentiated(layer, x)
    fuse_layers(keras.Sequential([keras.Input(x.shape[1:]), layer]))
    assert type(layer.call).__name__ == "_FusedReLU"
    for found, wanted in zip(differentiated(layer, x), plain, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_activations_stay_in_bfloat16():
    x = tf.cast(np.linspace(-1.0, 5.0, 256), "bfloat16")
    layer = QActivation("quantized_relu(2,2)")
    wanted = layer(tf.cast(x, "float32")).numpy()
    fuse_layers(keras.Sequential([keras.Input(x.shape[1:]), layer]))
    values, gradient = differentiated(layer.call, x)
    assert values.dtype == gradient.dtype == tf.bfloat16.as_numpy_dtype
    np.testing.assert_array_equal(values.astype(np.float32), wanted)


@pytest.mark.parametrize("quantizer", [
    quantized_relu(2, 2, negative_slope=0.25), quantized_relu(2, 2, use_sigmoid=1),
    quantized_relu(2, 2, use_stochastic_rounding=True), quantized_relu(2, 2, qnoise_factor=0.5),
    quantized_relu(2, 2, use_ste=False), quantized_relu(2, 2, is_quantized_clip=False),
])
def test_other_quantizers_stay_as_they_are(quantizer):
    layer = QActivation(quantizer)
    fuse_layers(keras.Sequential([keras.Input((3,)), layer]))
    assert "call" not in vars(layer)


@pytest.fixture
def config():
    return build_config({
        "preset": "cifar-vgg", "data": "digits", "hidden": ["3c3", "p2", "5c3v", 12],
        "augmentation": None, "input_bits": 4,
    })


@pytest.fixture
def data():
    return load("digits", validation=200, bits=4)


def stepped(model, x, y):
    with tf.GradientTape() as tape:
        loss = LOSS(y, model(x, training=True))
    return tape.gradient(loss, model.trainable_variables)


def test_a_step_is_that_of_the_plain_layers(config, data):
    keras.utils.set_random_seed(0)
    plain, fused = build_model(config, data), build_model(config, data)
    fused.set_weights(plain.get_weights())
    fuse_layers(fused)
    calls = [type(layer.call).__name__ for layer in fused.layers if "call" in vars(layer)]
    assert calls == ["_FusedNormalization", "_FusedReLU"] * 2 + ["_FusedReLU"]
    x, y = data.x_train[:100], np.asarray(data.y_train[:100])
    # Gradients are float sums in another order: equal but for a share of the largest.
    for ours, theirs in zip(stepped(fused, x, y), stepped(plain, x, y), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max())
    # So are statistics: on one thread sums of 6,400 squares differ by 3e-5 of them.
    for ours, theirs in zip(fused.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(fused(x, training=False), plain(x, training=False))


def test_mixed_precision_steps_in_bfloat16_as_plain_layers_do(config, data):
    keras.utils.set_random_seed(0)
    mixed = config.model_copy(update={"precision": "mixed_bfloat16"})
    plain, fused = build_model(mixed, data), build_model(mixed, data)
    fused.set_weights(plain.get_weights())
    fuse_layers(fused)
    calls = [type(layer.call).__name__ for layer in fused.layers if "call" in vars(layer)]
    assert calls == ["_FusedNormalization", "_FusedReLU"] * 2 + ["_FusedReLU"]
    x, y = data.x_train[:100], np.asarray(data.y_train[:100])
    inner = keras.Model(fused.inputs, fused.get_layer("activation_2").output)
    assert inner(x, training=True).dtype == tf.bfloat16
    # bfloat16 has 8 significant bits, and a rounded sum may change an activation.
    for ours, theirs in zip(stepped(fused, x, y), stepped(plain, x, y), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.1 * np.abs(theirs).max())


def test_copies_have_ordinary_layers(config, data):
    model = build_model(config, data)
    fuse_layers(model)
    assert not any("call" in vars(layer) for layer in float32_copy(model).layers)


def test_frozen_normalization_keeps_its_statistics(config, data):
    model = build_model(config, data)
    fuse_layers(model)
    layer = model.get_layer("normalization_1")
    layer.trainable = False
    model(data.x_train[:50], training=True)
    np.testing.assert_array_equal(layer.moving_mean, 0.0)


def test_shared_and_nested_layers_are_fused_too():
    shared = keras.layers.BatchNormalization()
    inner = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.BatchNormalization()])
    x = keras.Input((4, 4, 3))
    model = keras.Model(x, inner(shared(shared(x))))
    fuse_layers(model)
    assert "call" in vars(shared) and "call" in vars(inner.layers[0])
    model(np.ones((2, 4, 4, 3), np.float32), training=True)
