from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

import training.data
from training.data import FixedPoint, load


def test_digits():
    data = load("digits")
    assert (data.name, data.shape, data.classes) == ("digits", (8, 8), 10)
    assert (len(data.x_train), len(data.x_validation), len(data.x_test)) == (1294, 144, 359)
    assert data.x_train.dtype == np.float32
    assert data.y_train.dtype == np.int64
    assert data.format == FixedPoint(4, False, 1 / 16)
    integers = data.format.quantize(data.x_train)
    assert (integers.min(), integers.max()) == (0, 15)
    assert load("digits", bits=1).format == FixedPoint(1, False, 7 / 16)


def test_digits_are_scikit_learns():
    from sklearn.datasets import load_digits

    data = load("digits")
    values = np.ceil(np.concatenate([data.x_train, data.x_validation, data.x_test]) * 16)
    found = sorted(values.astype(int).reshape(-1, 64).tolist())
    assert found == sorted(load_digits().data.astype(int).tolist())


def test_the_split_seed_moves_validation_but_never_test_data():
    one, other = load("digits", split_seed=1), load("digits", split_seed=2, validation=0.3)
    np.testing.assert_array_equal(one.x_test, other.x_test)
    assert len(other.x_validation) == round(0.3 * 1438)
    assert (one.x_validation != other.x_validation[: len(one.x_validation)]).any()


def test_options_of_images():
    assert load("digits", bits=2, scale=0.5).format == FixedPoint(2, False, 0.5)
    assert load("digits", bits=4, signed=True).format.signed


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("mnits", {}, r"Did you mean mnist\?.*Received: 'mnits'"),
        ("data.csv", {}, r"jets, jets-sample or the path of an \.npz file\. Received: 'data\.csv'"),
        ("digits", {"folder": "x"}, "`folder` is for mnist and cifar10 and jets"),
        ("digits", {"bits": 17}, "`bits`"),
        ("digits", {"scale": -1.0}, "`scale`"),
        ("digits", {"thermometer": 3}, r"`thermometer` is for samples of features.*\(8, 8\)"),
        ("digits", {"thermometer": 256}, "`thermometer` must be an integer from 0 to 255"),
        ("digits", {"thermometer": 0, "thermometer_budget": 9}, "`thermometer_budget` must be"),
        ("digits", {"thermometer": 3, "thermometer_budget": 0}, "`thermometer_budget` must be"),
        ("digits", {"validation": 5000}, "must be 1 to 1428"),
        ("digits", {"split_seed": -1}, "`split_seed`"),
    ],
)
def test_bad_requests(source, options, message):
    with pytest.raises(ValueError, match=message):
        load(source, **options)


def test_a_data_set_is_frozen():
    data = load("digits")
    with pytest.raises(FrozenInstanceError):
        data.x_test = data.x_train


def test_importing_the_package_is_light():
    code = (
        "import sys, training.data as d; d.load, d.find_format, d.Augmentation, d.FixedPoint;"
        "print([m for m in ('keras', 'tensorflow', 'sklearn') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_names_of_the_package():
    assert set(training.data.__all__) <= set(dir(training.data))
    assert all(getattr(training.data, name) for name in training.data.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = training.data.nothing


@pytest.mark.parametrize("name", ["digits", "mnist"])
def test_a_file_named_like_a_data_set_is_the_users_own(tmp_path, name):
    x, y = np.random.default_rng(0).random((20, 3)), np.arange(20) % 2
    np.savez(tmp_path / f"{name}.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert load(tmp_path / f"{name}.npz").shape == (3,)


def test_a_file_of_bits_takes_one_bit_an_input(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (200, 30)), np.arange(200) % 2
    np.savez(tmp_path / "bits.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    data = load(tmp_path / "bits.npz")
    assert data.format == FixedPoint(1, False, 0.5)
    np.testing.assert_array_equal(data.format.quantize(data.x_test), x)
    np.savez(tmp_path / "four.npz", x_train=x + 2 * x[:, ::-1], y_train=y, x_test=x, y_test=y)
    assert load(tmp_path / "four.npz").format == FixedPoint(2, False, 1.0)


def test_thresholds_of_features(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 3)), np.arange(400) % 2
    np.savez(tmp_path / "features.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    data = load(tmp_path / "features.npz", thermometer=7)
    assert [len(own) for own in data.thermometer] == [7, 7, 7]
    assert load(tmp_path / "features.npz", thermometer=0).thermometer is None
    with pytest.raises(ValueError, match="leave out `scale`. Received"):
        load(tmp_path / "features.npz", thermometer=7, scale=1.0)
