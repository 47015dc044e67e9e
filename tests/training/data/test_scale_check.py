"""Test sets that were scaled otherwise than the training set, and those that were not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import load
from training.data.scale_check import scale_warning


def samples(rng, kind, count):
    """Ordinary data of several kinds."""
    shape = count, rng.integers(1, 40)
    images = rng.random((count, 8, 8)) * (rng.random((count, 8, 8)) < 0.2)
    kinds = {
        "normal": rng.normal(size=shape) * 10.0 ** rng.integers(-3, 4, shape[1]),
        "heavy tails": rng.standard_cauchy(shape),
        "rare words": (rng.random(shape) < 0.02) * rng.integers(1, 5, shape),
        "bits": rng.random(shape) < rng.random(shape[1]),
        "images": images,
        "of one gain each": rng.normal(size=shape) * np.exp(rng.normal(size=(count, 1))),
    }
    return np.asarray(kinds[kind], np.float64)


KINDS = ["normal", "heavy tails", "rare words", "bits", "images", "of one gain each"]


@given(st.integers(0, 10**6), st.sampled_from(KINDS), st.integers(5, 100))
def test_random_splits_give_no_alarm(seed, kind, tested):
    x = samples(np.random.default_rng(seed), kind, 400)
    assert scale_warning("x_test", x[:tested], x[tested:]) == ""


@given(st.integers(0, 10**6), st.sampled_from(["normal", "images", "bits"]), st.booleans())
def test_another_scale_does(seed, kind, larger):
    x = samples(np.random.default_rng(seed), kind, 400)
    if kind == "normal":
        x = x / x.std(axis=0)
    test, training = (x[:100] * 255, x[100:]) if larger else (x[:100], x[100:] * 255)
    if np.count_nonzero(test) >= 30:
        assert "`x_test` seems to be on another scale" in scale_warning("x_test", test, training)


def test_standardized_beside_raw_does():
    x = np.random.default_rng(0).normal(size=(500, 5)) * [1, 5, 20, 3, 100] + [9, 90, 3, 50, 0]
    standardized = (x - x.mean(axis=0)) / x.std(axis=0)
    assert scale_warning("x_test", standardized[:100], x[100:])
    assert scale_warning("x_test", x[:100], standardized[100:])


@pytest.mark.parametrize("name", ["digits", "mnist"])
def test_the_data_sets_of_old_give_no_alarm(name):
    data = load(name)
    assert scale_warning("x_test", data.x_test, data.x_train) == ""


def test_one_line_tells_the_user(tmp_path, capsys):
    x, y = np.random.default_rng(0).random((60, 3)), np.arange(60) % 2
    np.savez(tmp_path / "mine.npz", x_train=x * 255, y_train=y, x_test=x, y_test=y,
             x_val=x * 255, y_val=y)
    load(tmp_path / "mine.npz")
    told = capsys.readouterr().err
    assert told.count("warning") == 1 and told.count("\n") == 1
    assert "mine.npz: `x_test` seems to be on another scale than `x_train`" in told
