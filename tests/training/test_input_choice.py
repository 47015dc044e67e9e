"""What train.py takes as inputs where nobody says."""

from __future__ import annotations

import numpy as np
import pytest

from training.config import build_config
from training.input_choice import with_chosen_inputs
from training.run import build_model, load_data


def save(path, x, y):
    half = len(x) // 2
    np.savez(path, x_train=x[:half], y_train=y[:half], x_test=x[half:], y_test=y[half:])
    return build_config({"data": str(path), "hidden": [8]})


@pytest.fixture
def features(tmp_path):
    """Heavy tails, and classes that cuts near the median tell apart."""
    rng = np.random.default_rng(0)
    x = np.exp(3 * rng.normal(size=(4000, 3)))
    y = (x > 1).sum(axis=1)
    return save(tmp_path / "features.npz", x, y)


def test_a_thermometer_is_taken_where_it_wins(features, capsys):
    chosen = with_chosen_inputs(features)
    assert chosen.thermometer == 31
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("inputs: integers of 8 bits lose ")
    assert "(1 - r²)" in line and "thermometer codes are taken (thermometer=31, of" in line
    data = load_data(chosen)
    model = build_model(chosen, data)
    assert model.get_layer("thermometer").thresholds == data.thermometer
    levels = sum(map(len, data.thermometer))
    assert 60 < levels <= 93 and model.get_layer("dense_1").kernel.shape == (levels, 8)


def test_integers_stay_where_they_are_as_good(tmp_path, capsys):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (1000, 4))
    chosen = with_chosen_inputs(save(tmp_path / "bits.npz", x, x.sum(axis=1)))
    assert chosen.thermometer == 0
    assert capsys.readouterr().err.rstrip().endswith("the integers are taken")


@pytest.mark.parametrize("given", [
    {"data": "digits"}, {"input_bits": 4}, {"input_scale": 0.5}, {"thermometer": 0},
    {"thermometer": 7}, {"model": "mine.keras"},
])
def test_what_was_said_is_left_alone(features, given, capsys):
    config = build_config(features.model_dump(), {"model": None}, given)
    assert with_chosen_inputs(config) is config
    assert not capsys.readouterr().err


@pytest.mark.parametrize("shape", [(65,), (4, 4), (5, 4, 1)])
def test_images_and_many_features_are_left_alone(tmp_path, shape):
    x = np.random.default_rng(0).normal(size=(40, *shape))
    config = save(tmp_path / "images.npz", x, np.arange(40) % 2)
    assert with_chosen_inputs(config) is config


def test_a_users_own_model_takes_no_thermometer(features):
    with pytest.raises(ValueError, match="`thermometer` must be 0 with a `model`.*Received: 7"):
        build_config(features.model_dump(), {"model": "mine.keras", "thermometer": 7})
