"""Batch normalization trained alone: weights stay, and nothing else does."""

import keras
import numpy as np
import pytest

from qkeras_models.files.saved_model import load_model
from qkeras_models.networks.builders import feed_forward
from qkeras_models.networks.kernels import kernels
from tests.training.digits import DIGITS
from training import run
from training.config import build_config
from training.steps.normalization_fit import normalizations_alone

SMALL = {
    "data": "digits", "hidden": [32], "batch_size": 64, "checkpoint_seconds": 0, "sparsity": 0.7,
    "learning_rate": 5e-3, "stage1_epochs": 8, "stage3_epochs": 4, "average": 0.98,
}
ALONE = {"stage1_epochs": 0, "stage3_epochs": 0, "normalization_epochs": 4}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "first"
    return folder / "model.keras", run.train(build_config(SMALL), folder, verbose=0)


def loss(model):
    logits = model.predict(DIGITS.x_train, verbose=0)
    return float(np.mean(keras.losses.sparse_categorical_crossentropy(
        DIGITS.y_train, logits, from_logits=True)))


def test_normalizations_come_right_and_weights_stay(trained, tmp_path, capsys):
    path, first = trained
    config = build_config(SMALL, ALONE, {"model": str(path)})
    result = run.train(config, tmp_path / "run")
    before, after = load_model(path), load_model(tmp_path / "run" / "model.keras")
    for kernel, same in zip(kernels(before).values(), kernels(after).values(), strict=True):
        np.testing.assert_array_equal(kernel, same)
    assert loss(after) < loss(before)
    assert (result.nonzeros, result.epochs) == (first.nonzeros, 4)
    said = capsys.readouterr().out
    assert "weights are fixed; batch normalization alone is trained" in said
    assert "epoch 4/4  loss" in said and "stage" not in said


def test_the_end_of_a_training_is_the_same_as_a_training_of_its_own(trained, tmp_path):
    path, first = trained
    config = build_config(SMALL, {"normalization_epochs": 4})
    result = run.train(config, tmp_path / "run", verbose=0)
    assert (result.nonzeros, result.epochs) == (first.nonzeros, 16)
    assert loss(load_model(tmp_path / "run" / "model.keras")) < loss(load_model(path))


def test_what_was_trainable_is_so_again():
    model = feed_forward((8, 8, 1), ("4c3", "p2", 8), 3)
    model.get_layer("dense_1").trainable = False
    nested = keras.Sequential([keras.Input((8, 8, 1)), model])
    before = [weight.path for weight in nested.trainable_weights]
    with normalizations_alone(nested):
        names = {weight.path.split("/")[-1] for weight in nested.trainable_weights}
        assert names == {"gamma", "beta", "bias", "log_scale"}
    assert [weight.path for weight in nested.trainable_weights] == before


@pytest.mark.parametrize(("given", "message"), [
    ({"stage1_epochs": 0}, "`stage1_epochs` must be >= 1, or 0 with a trained `model`.*: 0"),
    (ALONE, "Received: 0, model None"),
    (ALONE | {"model": "m.keras", "stage3_epochs": 2}, "stage3_epochs 2"),
    (ALONE | {"model": "m.keras", "normalization_epochs": 0}, "normalization_epochs 0"),
    ({"normalization_epochs": -1}, "`normalization_epochs`"),
    ({"normalization_learning_rate": 0}, "`normalization_learning_rate`"),
])
def test_nothing_to_train_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        build_config(SMALL, given)


def test_a_model_without_normalizations_is_refused(tmp_path):
    model = keras.Sequential([
        keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(10),
    ])
    model.save(tmp_path / "plain.keras")
    given = {"model": str(tmp_path / "plain.keras"), "hidden": [64, 32]}
    config = build_config(SMALL, ALONE, given)
    with pytest.raises(ValueError, match="`normalization_epochs` needs a `model` with a Batch"):
        run.train(config, tmp_path / "run", verbose=0)


@pytest.mark.parametrize("method", ["float", "binary", "ternary"])
def test_networks_of_other_weights_keep_theirs_too(tmp_path, method):
    config = build_config(SMALL, {"method": method, "stage1_epochs": 2, "stage3_epochs": 0})
    run.train(config, tmp_path / "first", verbose=0)
    path = tmp_path / "first" / "model.keras"
    run.train(build_config(SMALL, ALONE, {"model": str(path), "method": method}), tmp_path / "run",
              verbose=0)
    before, after = load_model(path), load_model(tmp_path / "run" / "model.keras")
    for kernel, same in zip(kernels(before).values(), kernels(after).values(), strict=True):
        np.testing.assert_array_equal(kernel, same)
    assert loss(after) < loss(before)
