"""The jets that come with the package."""

import numpy as np
import pytest

from training.data import load
from training.data.sets.features.jet_features import CLASSES, FEATURES
from training.data.sets.features.jets_sample import FILE, read_jets_sample


@pytest.fixture(scope="module")
def arrays():
    return read_jets_sample()


def test_there_are_as_many_of_each_class(arrays):
    for part, count in (("train", 24_000), ("test", 6_000)):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        assert x.shape == (count, len(FEATURES)) and x.dtype == np.float32
        assert np.isfinite(x).all()
        assert {name: (y == name).sum() for name in CLASSES} == dict.fromkeys(CLASSES, count // 5)


def test_features_are_integers_of_twelve_bits(arrays):
    with np.load(FILE) as stored:
        steps = stored["steps"]
        assert stored["x_train"].max() == 4095 and stored["x_test"].max() <= 4095
    assert (np.log2(np.abs(steps)) % 1 == 0).all()
    assert FILE.stat().st_size < 1 << 20


def test_no_jet_is_there_twice(arrays):
    x = np.concatenate([arrays["x_train"], arrays["x_test"]])
    assert len(np.unique(x, axis=0)) > 0.99 * len(x)


@pytest.mark.parametrize("name, lowest, highest", [("w", 75, 83), ("z", 85, 94), ("t", 160, 178)])
def test_the_most_frequent_mass_is_that_of_the_particle(arrays, name, lowest, highest):
    mass = arrays["x_train"][arrays["y_train"] == name, FEATURES.index("mass_mmdt")]
    counts, edges = np.histogram(mass, np.arange(40, 240, 2))
    assert lowest <= edges[counts.argmax()] <= highest


def test_it_is_loaded_by_its_name():
    data = load("jets-sample", thermometer=7)
    assert data.x_train.shape == (21_600, 16) and data.targets.labels == CLASSES
    with pytest.raises(ValueError, match="`folder` is for"):
        load("jets-sample", folder=".")
