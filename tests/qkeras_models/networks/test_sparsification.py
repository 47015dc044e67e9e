import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import compare
from qkeras_models import sparsify
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.input_formats.format_search import format_loss
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from training import QuantizationPruning
from training.data import load

L = keras.layers
DIGITS = load("digits")
IMAGES = np.random.default_rng(0).random((40, 12, 12, 3), np.float32)


def dense(**last):
    return keras.Sequential([
        keras.Input((8, 8)), L.Flatten(), L.Dense(32, activation="relu"), L.Dropout(0.2),
        L.Dense(24), L.BatchNormalization(), L.ReLU(), L.Dense(10, **last),
    ])


def convolutional():
    return keras.Sequential([
        keras.Input((12, 12, 3)), L.Rescaling(1 / 2), L.Normalization(mean=[0.1, 0.2, 0.3],
                                                                    variance=[1.0, 4.0, 9.0]),
        L.Conv2D(8, 3, padding="same", activation="relu"), L.BatchNormalization(),
        L.MaxPooling2D(2), L.Conv2D(6, 3, strides=2), L.MaxPooling2D(2), L.ReLU(),
        L.GlobalMaxPooling2D(), QDense(7), QActivation("quantized_relu(3,1)"),
        L.Dense(4), L.Softmax(),
    ])


def depthwise():
    return keras.Sequential([
        keras.Input((12, 12, 3)), L.Conv2D(4, 3, activation="relu"),
        L.DepthwiseConv2D(3, padding="same", depth_multiplier=2), L.BatchNormalization(), L.ReLU(),
        L.Conv2D(5, 1, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(4),
    ])


def series():
    return keras.Sequential([
        keras.Input((20, 3)), L.Conv1D(4, 3, padding="same", activation="relu"), L.MaxPooling1D(2),
        L.Conv1D(5, 4, strides=2), L.BatchNormalization(), L.ReLU(), L.GlobalMaxPooling1D(),
        L.Dense(3, activation="softmax"),
    ])


def kinds(model):
    return [type(layer).__name__ for layer in model.layers[1:]]


def test_a_dense_network_keeps_its_topology_names_and_weights():
    model = dense(activation="softmax")
    sparse = sparsify(model, DIGITS.x_train)
    block = ["SparseTernaryDense", "BatchNormalization", "QActivation"]
    assert kinds(sparse) == ["InputQuantizer", "Flatten", *block, *block, "SparseTernaryDense",
                             "IntegerHead", "Activation"]
    assert sparse.output.shape == (None, 10)
    for layer in sparse_ternary_layers(sparse):
        trained = model.get_layer(layer.name).kernel
        kept = layer.ternary_kernel() != 0
        assert kept.mean() == pytest.approx(0.4, abs=0.01)
        np.testing.assert_array_equal(
            layer.ternary_kernel()[kept], np.sign(np.asarray(trained))[kept]
        )
        assert np.abs(np.asarray(trained))[kept].min() >= np.abs(np.asarray(trained))[~kept].max()


def test_convolutions_pools_and_scales_before_them():
    model = convolutional()
    sparse = sparsify(model, IMAGES, input_bits=4)
    assert kinds(sparse) == [
        "InputQuantizer", "SparseTernaryConv2D", "BatchNormalization", "QActivation",
        "MaxPooling2D", "SparseTernaryConv2D", "BatchNormalization", "QActivation", "MaxPooling2D",
        "MaxPooling2D", "Flatten", "SparseTernaryDense", "BatchNormalization", "QActivation",
        "SparseTernaryDense", "IntegerHead", "Activation",
    ]
    first = next(layer for layer in sparse.layers if layer.name == model.layers[2].name)
    scaled = np.asarray(model.layers[2].kernel) / np.array([1.0, 2.0, 3.0])[:, None]
    shadow = np.asarray(first.kernel)
    inside = np.abs(shadow) < 1
    np.testing.assert_allclose((shadow / scaled)[inside], (shadow / scaled)[inside][0], rtol=1e-4)
    activations = [layer for layer in sparse.layers if isinstance(layer, QActivation)]
    assert [layer.activation.bits for layer in activations] == [2, 2, 3]


def test_depthwise_convolutions_and_series_keep_their_shapes_and_weights():
    for make, x in ((depthwise, IMAGES), (series, IMAGES.reshape(-1, 20, 3))):
        model = make()
        sparse = sparsify(model, x)
        assert sparse.output_shape == model.output_shape
        for layer in sparse_ternary_layers(sparse):
            trained = np.asarray(model.get_layer(layer.name).kernel)
            assert trained.shape == layer.kernel.shape
            kept = layer.ternary_kernel() != 0
            np.testing.assert_array_equal(layer.ternary_kernel()[kept], np.sign(trained)[kept])


@pytest.mark.parametrize("make, x", [
    (lambda: dense(activation="sigmoid"), DIGITS.x_train[:50]), (convolutional, IMAGES),
    (depthwise, IMAGES), (series, IMAGES.reshape(-1, 20, 3)[:200]),
])
def test_what_comes_out_converts_exactly(make, x):
    sparse = sparsify(make(), x)
    assert compare(IntegerNetwork.from_keras(sparse), x, model=sparse)["mismatches"] == 0


def test_it_trains_as_the_original_was_compiled():
    model = dense(activation="softmax")
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy",
                  metrics=["accuracy"], jit_compile=False)
    sparse = sparsify(model, DIGITS.x_train)
    history = sparse.fit(DIGITS.x_train, DIGITS.y_train, epochs=12, verbose=0,
                         callbacks=[QuantizationPruning(0.8)]).history
    assert history["accuracy"][-1] > 0.85
    assert overall_sparsity(sparse_ternary_layers(sparse)) >= 0.8


def test_logits_alone_and_a_given_format():
    sparse = sparsify(dense(activation="softmax"), input_format=FixedPoint(2, True, 0.25),
                      logits=True)
    assert kinds(sparse)[-1] == "IntegerHead" and not sparse.compiled
    assert (sparse.layers[1].bits, sparse.layers[1].signed) == (2, True)


def test_the_format_has_no_more_bits_than_the_data_need():
    black_and_white = (DIGITS.x_train > 0.5).astype(np.float32)
    assert sparsify(dense(), black_and_white).layers[1].bits == 1
    assert sparsify(dense(), black_and_white, input_bits=3).layers[1].bits == 3


def test_features_away_from_zero_take_more_bits_and_too_far_ones_warn():
    model = keras.Sequential([keras.Input((2,)), L.Dense(4, activation="relu"), L.Dense(2)])
    x = np.random.default_rng(0).normal([0, 1e4], 50, (2000, 2))
    quantizer = sparsify(model, x).layers[1]
    assert format_loss(x, quantizer.format) <= 0.01 and quantizer.bits > 8
    with pytest.warns(UserWarning, match="inputs of 16 bits lose .*% of the variance"):
        sparsify(model, x + [0, 1e7])


@pytest.mark.parametrize("layers, message", [
    ([L.Dense(8, name="a"), L.Dense(4)], "activation is missing between 'a' and"),
    ([L.Dense(8, activation="tanh", name="a"), L.Dense(4)], "activation of 'a' must be a ReLU"),
    ([L.LeakyReLU(name="leak"), L.Dense(4)], r"'leak' \(LeakyReLU\) has no sparse ternary version"),
    ([L.Dense(4, activation="relu", name="a")], "must end with a Dense layer of logits.*'a'"),
    ([L.Dense(4, activation="softmax"), L.Dense(3, name="b")], "'b'.*follows a softmax"),
    ([L.Flatten()], "holds no Dense or convolutional"),
    ([L.Reshape((4, 4, 4)), L.Conv2D(3, 2, name="c")], r"end with a Dense.*'c' \(Conv2D\)"),
    ([L.Reshape((4, 4, 4)), L.AveragePooling2D(2, name="p")], "use MaxPooling2D"),
    ([L.Reshape((4, 4, 4)), L.Conv2D(3, 2, dilation_rate=2)], "`dilation_rate`"),
])
def test_what_has_no_sparse_ternary_version_is_named(layers, message):
    model = keras.Sequential([keras.Input((64,)), *layers])
    with pytest.raises(ValueError, match=message):
        sparsify(model, np.zeros((5, 64), np.float32) + np.arange(5)[:, None])


def test_samples_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"of shape \(8, 8\).*Received: \(5, 64\)"):
        sparsify(dense(), np.zeros((5, 64)))
    with pytest.raises(ValueError, match="`x_train` must hold.*Received: None"):
        sparsify(dense())
    with pytest.raises(ValueError, match="`activation_bits` must be 1, 2, 3 or 4"):
        sparsify(dense(), DIGITS.x_train, activation_bits=5)


def test_images_may_lack_the_axis_of_one_channel_as_in_fit():
    model = keras.Sequential([
        keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, activation="relu"),
        keras.layers.Flatten(), keras.layers.Dense(4),
    ])
    x = np.random.default_rng(0).random((50, 8, 8), np.float32)
    with_axis, without = sparsify(model, x[..., None]), sparsify(model, x)
    formats = [m.get_config()["layers"][1]["config"] for m in (with_axis, without)]
    assert formats[0] == formats[1]
    with pytest.raises(ValueError, match=r"of shape \(8, 8, 1\)"):
        sparsify(model, x[:, :, :7])
