import csv

import keras
import numpy as np
import pytest
from keras import ops

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import compare
from qkeras_models import feed_forward
from qkeras_models.files.saved_model import load_model, save_model
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from qkeras_models.quantizers.threshold_regularizer import ThresholdRegularizer
from tests.training.digits import DIGITS, LOSS, digits_model, fit
from training.pruning.quantization_pruning import QuantizationPruning
from training.pruning.stage_two import Survivors, prune, raise_thresholds


@pytest.mark.parametrize(
    ("cost", "survivors"),
    [("memory", "ternary"), ("macs", "binary"), ("luts", "ternary"), ("positions", "binary")],
)
def test_three_stages_reach_the_sparsity_and_learn(survivors, cost, tmp_path):
    model = digits_model()
    callback = QuantizationPruning(0.9, cost=cost, survivors=survivors, stage1_epochs=8)
    log = tmp_path / "log.csv"
    history = fit(model, callback, callbacks=[keras.callbacks.CSVLogger(log)]).history
    layers = sparse_ternary_layers(model)
    assert overall_sparsity(layers) >= 0.9
    assert history["stage"] == [1] * 8 + [3] * 4
    assert history["sparsity"][-1] == overall_sparsity(layers)
    assert history["accuracy"][-1] > 0.8
    rows = list(csv.DictReader(log.open()))
    assert len(rows) == 12 and {"stage", "sparsity", "soft_nonzeros"} <= set(rows[0])
    for layer in layers:
        masked = np.array(layer.mask) == 0
        assert masked.any() and not layer.ternary_kernel()[masked].any()
        if survivors == "binary":
            assert layer.ternary_kernel()[~masked].all()


@pytest.mark.parametrize("hidden", [("8t3", "p2", 24), ("6c3", "d3", "8c1", "p2")])
def test_series_and_depthwise_convolutions_pass_the_three_stages(hidden):
    keras.utils.set_random_seed(0)
    model = feed_forward((8, 8), hidden, 10, input_bits=4, input_scale=1 / 16)
    model.compile(keras.optimizers.Adam(0.01), LOSS, metrics=["accuracy"])
    history = fit(model, QuantizationPruning(0.6, cost="luts")).history
    layers = sparse_ternary_layers(model)
    assert overall_sparsity(layers) >= 0.6 and history["accuracy"][-1] > 0.6
    assert all(layer.ternary_kernel().any() for layer in layers)
    network = IntegerNetwork.from_keras(model)
    assert compare(network, DIGITS.x_test, model=model)["mismatches"] == 0


def test_given_strength_raises_thresholds():
    def final(strength):
        model = digits_model()
        fit(model, QuantizationPruning(strength=strength, l2=0.0, stage1_epochs=6), epochs=6)
        return overall_sparsity(sparse_ternary_layers(model))

    assert final(0.0) < final(3.0)


@pytest.mark.parametrize("epochs, stage", [(2, 1), (3, 3), (5, 3)])
def test_a_model_saved_in_any_stage_is_the_same(tmp_path, epochs, stage):
    model = digits_model()
    fit(model, QuantizationPruning(0.8, stage1_epochs=3), epochs=epochs)
    model.save(tmp_path / "whole.keras")
    save_model(model, tmp_path / "small.keras")
    for name in ("whole.keras", "small.keras"):
        again = load_model(tmp_path / name)
        np.testing.assert_array_equal(
            again.predict(DIGITS.x_test, verbose=0), model.predict(DIGITS.x_test, verbose=0)
        )
        pairs = zip(sparse_ternary_layers(model), sparse_ternary_layers(again), strict=True)
        for before, after in pairs:
            assert int(after.stage) == stage
            assert float(after.threshold) == float(before.threshold)
            np.testing.assert_array_equal(np.array(after.mask), np.array(before.mask))


def test_any_functional_model_nested_and_with_other_layers():
    inner_in = keras.Input((16,))
    inner = keras.Model(inner_in, SparseTernaryDense(12)(inner_in))
    inputs = keras.Input((8, 8))
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(inputs))
    outputs = keras.layers.Dense(10)(inner(x))
    model = keras.Model(inputs, outputs)
    model.compile("adam", LOSS, jit_compile=False)
    seen = []
    other = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    fit(model, QuantizationPruning(0.8, stage1_epochs=4), epochs=5, callbacks=[other])
    assert overall_sparsity(sparse_ternary_layers(model)) >= 0.8
    assert all("sparsity" in logs for logs in seen)


def test_a_model_that_was_trained_before_gets_the_regularizer_too():
    model = digits_model()
    model.fit(DIGITS.x_train, DIGITS.y_train, epochs=1, verbose=0)
    fit(model, QuantizationPruning(0.9, stage1_epochs=8), epochs=8)
    assert overall_sparsity(sparse_ternary_layers(model)) > 0.85


def test_learning_rate_falls_and_restarts():
    rates = []
    model = digits_model()
    record = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: rates.append(float(model.optimizer.learning_rate))
    )
    callback = QuantizationPruning(0.5, stage1_epochs=4, retrain_learning_rate=0.5)
    fit(model, callback, epochs=8, callbacks=[record])
    assert rates[0] > rates[1] > rates[3] < rates[4] > rates[7]
    assert rates[4] <= 0.5 * 5e-3


def test_schedules_of_the_user_are_kept_and_restarted():
    model = digits_model()
    schedule = keras.optimizers.schedules.ExponentialDecay(5e-3, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  jit_compile=False)
    fit(model, QuantizationPruning(0.5, stage1_epochs=3), epochs=4)
    assert int(model.optimizer.iterations) == -(-len(DIGITS.x_train) // 32)


def test_soft_count_equals_numpy_and_leaves_weights_alone():
    import tensorflow as tf

    kernel, eta = np.linspace(-1, 1, 41, dtype=np.float32), 0.3
    w, t = tf.Variable(kernel), tf.Variable(np.float32(eta))
    with tf.GradientTape() as tape:
        count = ThresholdRegularizer(0.2)(w, t)
    by_w, by_t = tape.gradient(count, [w, t])
    sigmoid = 1 / (1 + np.exp(-(np.abs(kernel) - eta) / 0.2))
    np.testing.assert_allclose(count, sigmoid.sum(), rtol=1e-5)
    np.testing.assert_allclose(by_t, -(sigmoid * (1 - sigmoid)).sum() / 0.2, rtol=1e-5)
    assert by_w is None or not np.any(by_w)


def layers_of(*kernels, threshold=0.1):
    layers = []
    for kernel in kernels:
        layer = SparseTernaryDense(kernel.shape[1])
        layer.build((None, kernel.shape[0]))
        layer.kernel.assign(kernel)
        layer.threshold.assign(threshold)
        layers.append(layer)
    return layers


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.9, 0.987])
def test_raised_thresholds_give_exactly_the_sparsity(sparsity):
    rng = np.random.default_rng(0)
    layers = layers_of(rng.uniform(-1, 1, (20, 30)), rng.uniform(-1, 1, (30, 10)))
    before = overall_sparsity(layers)
    raise_thresholds(layers, sparsity)
    after = overall_sparsity(layers)
    assert after >= sparsity
    assert after == before if before >= sparsity else after < sparsity + 3 / 900


def test_pruning_does_not_change_what_the_network_computes():
    layers = layers_of(np.random.default_rng(0).uniform(-1, 1, (9, 5)), threshold=0.5)
    before = layers[0].ternary_kernel()
    for survivors in Survivors:
        prune(layers, survivors)
        np.testing.assert_array_equal(layers[0].ternary_kernel(), before)
    assert float(ops.convert_to_numpy(layers[0].stage)) == 3


@pytest.mark.parametrize("arguments, name", [
    ({"sparsity": 1.0}, "sparsity"), ({"sparsity": -0.1}, "sparsity"),
    ({}, "sparsity"), ({"sparsity": 0.5, "strength": 1.0}, "sparsity"),
    ({"strength": -1.0}, "strength"), ({"sparsity": 0.5, "l2": -1.0}, "l2"),
    ({"sparsity": 0.5, "min_density": 1.0}, "min_density"),
    ({"sparsity": 0.5, "decay": "linear"}, "decay"),
    ({"sparsity": 0.5, "update_every": 0}, "update_every"),
    ({"sparsity": 0.5, "survivors": "some"}, "some"),
    ({"sparsity": 0.5, "cost": "energy"}, "energy"),
])
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=name):
        QuantizationPruning(**arguments)


def test_a_model_without_ternary_layers_is_refused():
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("adam", LOSS, jit_compile=False)
    with pytest.raises(ValueError, match="holds no sparse ternary layer"):
        fit(model, QuantizationPruning(0.5), epochs=1)


def test_shadow_weights_that_no_threshold_tells_apart_are_told():
    model = digits_model()
    model.optimizer.learning_rate = 0.3
    with pytest.warns(UserWarning, match="98.00% asked for.*dense_1.*at their upper bound"):
        fit(model, QuantizationPruning(0.98, l2=0.0, stage1_epochs=3), epochs=4)


def test_a_reached_sparsity_is_no_reason_to_warn(recwarn):
    fit(digits_model(), QuantizationPruning(0.9, stage1_epochs=8), epochs=9)
    assert not [w for w in recwarn if "stage 1" in str(w.message)]


@pytest.mark.parametrize("sparsity", [0.5, 0.9, 0.98])
def test_weights_of_one_size_do_not_leave_together(sparsity):
    rng = np.random.default_rng(0)
    layers = layers_of(*(rng.choice([-1.0, 1.0], shape) for shape in [(40, 60), (60, 20)]))
    for layer in layers:
        layer.threshold.assign(0.98)
    raise_thresholds(layers, sparsity)
    assert overall_sparsity(layers) == pytest.approx(sparsity, abs=1e-3)
    densities = [np.abs(layer.ternary_kernel()).mean() for layer in layers]
    np.testing.assert_allclose(densities, 1.0 - sparsity, atol=0.05)
