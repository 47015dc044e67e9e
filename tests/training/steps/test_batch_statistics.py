import keras
import numpy as np
import pytest

from qkeras_models.files.saved_model import load_model
from training import run
from training.config import build_config
from training.epoch_batches import labelled_batches
from training.steps.batch_statistics import recalibrate, restate

RANDOM = np.random.default_rng(0)
BATCHES = [RANDOM.normal(3.0, 2.0, (size, 5)).astype(np.float32) for size in (64, 64, 16)]


@pytest.fixture
def model():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((5,)), layers.BatchNormalization(momentum=0.9), layers.Dense(4),
        layers.BatchNormalization(),
    ])


def test_statistics_become_the_means_over_all_samples(model):
    recalibrate(model, [(batch, None) for batch in BATCHES])
    first, dense, second = model.layers
    shares = [len(batch) / 144 for batch in BATCHES]
    mean = sum(share * batch.mean(axis=0) for share, batch in zip(shares, BATCHES, strict=True))
    spread = sum(share * batch.var(axis=0) for share, batch in zip(shares, BATCHES, strict=True))
    np.testing.assert_allclose(first.moving_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(first.moving_variance, spread, rtol=1e-5)
    # A later layer sees what the batch's own statistics make of the earlier one.
    normal = [(b - b.mean(axis=0)) / np.sqrt(b.var(axis=0) + first.epsilon) for b in BATCHES]
    sums = [x @ np.array(dense.kernel) for x in normal]
    mean = sum(share * s.mean(axis=0) for share, s in zip(shares, sums, strict=True))
    np.testing.assert_allclose(second.moving_mean, mean, atol=1e-5)


def test_nothing_else_changes(model):
    before = [np.array(weight) for weight in model.trainable_weights]
    recalibrate(model, [(batch,) for batch in BATCHES])
    for weight, old in zip(model.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
    assert [model.layers[0].momentum, model.layers[2].momentum] == [0.9, 0.99]


def test_no_batches_are_refused(model):
    with pytest.raises(ValueError, match="`batches` must not be empty"):
        recalibrate(model, [])


@pytest.mark.parametrize("method", ["sparse", "no-retraining"])
def test_a_run_ends_with_the_statistics_of_its_weights(tmp_path, method):
    config = build_config({
        "data": "digits", "hidden": [24], "sparsity": 0.8, "batch_size": 64, "method": method,
        "stage1_epochs": 3, "stage3_epochs": 1, "checkpoint_seconds": 0, "learning_rate": 5e-3,
    })
    run.train(config, tmp_path / "run", verbose=0)
    model = load_model(tmp_path / "run" / "model.keras")
    saved = [np.array(weight) for weight in model.weights]
    recalibrate(model, labelled_batches(config, run.load_data(config), config.epochs))
    for weight, old in zip(model.weights, saved, strict=True):
        np.testing.assert_allclose(weight, old, rtol=1e-5, atol=1e-5)


def test_restated_statistics_are_those_of_the_data_and_outputs_stay(model):
    random, x = np.random.default_rng(1), np.concatenate(BATCHES)
    for layer in (model.layers[0], model.layers[2]):
        layer.set_weights([random.uniform(0.5, 2.0, w.shape) for w in layer.get_weights()])
    before = model.predict(x, verbose=0)
    restate(model, x)
    np.testing.assert_allclose(model.predict(x, verbose=0), before, rtol=1e-4, atol=1e-4)
    first, dense, second = model.layers
    np.testing.assert_allclose(first.moving_mean, x.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(first.moving_variance, x.var(axis=0), rtol=1e-4)
    sums = np.array(first(x)) @ np.array(dense.kernel)
    np.testing.assert_allclose(second.moving_mean, sums.mean(axis=0), rtol=1e-4, atol=1e-5)
    assert "call" not in vars(first)


def test_a_normalization_without_scale_stays_as_it_is():
    plain = keras.layers.BatchNormalization(scale=False)
    restate(keras.Sequential([keras.Input((5,)), plain]), BATCHES[0])
    np.testing.assert_array_equal(plain.moving_mean, np.zeros(5))
