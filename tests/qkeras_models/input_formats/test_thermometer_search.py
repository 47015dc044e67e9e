from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qkeras_models.input_formats.thermometer_search import find_thermometer

RANDOM = np.random.default_rng(0)
NUMBERS = st.floats(-(2.0**40), 2.0**40, width=32, allow_subnormal=False)
SAMPLES = arrays.arrays(
    np.float32, st.tuples(st.integers(2, 40), st.integers(1, 3)), elements=NUMBERS
)


@given(SAMPLES, st.integers(1, 9), st.sampled_from([None, 1, 2, 5, 12, 16]))
def test_any_data_get_ascending_thresholds_inside_the_range(x, levels, bits):
    if (x == x[0]).all():
        return
    try:
        found = find_thermometer(x, levels, bits)
    except ValueError as error:
        assert "must lie nearer to 0" in str(error)
        return
    form = found.format
    assert bits in (None, form.bits) and len(found.thresholds) == x.shape[1]
    for own in found.thresholds:
        assert len(own) <= levels and (np.diff(own) > 0).all()
        assert all(form.lowest < k <= form.highest for k in own)


@pytest.mark.parametrize("signed", [False, True])
def test_thresholds_are_near_quantiles_whatever_the_tails(signed):
    x = np.exp(3 * RANDOM.normal(size=(20_000, 2))) * ([1, -1] if signed else 1)
    found = find_thermometer(x, 7)
    integers = found.format.quantize(x)
    for column, own in zip(integers.T, found.thresholds, strict=True):
        below = (column[:, None] < own).mean(axis=0)
        assert np.abs(below - np.arange(1, 8) / 8).max() <= 0.25 / 8 + 1e-3


def test_a_feature_of_few_values_has_a_threshold_between_any_two():
    x = np.stack([RANDOM.integers(0, 2, 500), RANDOM.choice([5, 7.5, 90], 500),
                  np.full(500, 3.25), RANDOM.normal(size=500)], axis=1)
    x[:3, 1] = 5, 7.5, 90
    found = find_thermometer(x, 5)
    assert [len(own) for own in found.thresholds] == [1, 2, 0, 5]
    integers = found.format.quantize(x)
    assert ((integers[:, 0] >= found.thresholds[0][0]) == (x[:, 0] == 1)).all()
    reached = (integers[:, 1, None] >= found.thresholds[1]).sum(axis=1)
    assert (reached == np.searchsorted([5, 7.5, 90], x[:, 1])).all()


def test_as_few_bits_as_thresholds_need():
    x = RANDOM.integers(0, 4, (100, 2)).astype(np.float32)
    found = find_thermometer(x)
    assert found.format.bits == 2 and found.thresholds == ((1, 2, 3), (1, 2, 3))
    two = find_thermometer(RANDOM.integers(0, 2, (100, 2)) * 0.25)
    assert two.format.bits == 1 and two.levels == 2


def test_outliers_cost_nothing():
    x = RANDOM.random((1000, 1))
    wild = x.copy()
    wild[::100] *= 1e9
    assert find_thermometer(wild, 7).format.bits <= find_thermometer(x, 7).format.bits + 1


def test_a_feature_away_from_zero_keeps_its_thresholds():
    x = RANDOM.normal([0, 1000], 50, (5000, 2))
    found = find_thermometer(x)
    assert [len(own) for own in found.thresholds] == [31, 31] and found.format.bits <= 11


@pytest.mark.parametrize("mean, bits", [(1e6, None), (-1e6, None), (1000, 8), (1e7, None)])
def test_a_feature_too_far_from_zero_is_named(mean, bits):
    x = RANDOM.normal([0, mean], 50, (5000, 2))
    with pytest.raises(ValueError, match=r"feature 1 must lie nearer to 0: integers of \d+ bits"):
        find_thermometer(x, bits=bits)
    assert find_thermometer(x - [0, mean], bits=bits).levels == 62


@pytest.mark.parametrize("x, options, message", [
    (np.zeros((3, 2, 2)), {}, "`x` must be a non-empty array"),
    (np.full((3, 2), np.nan), {}, "`x` must be a non-empty array"),
    (np.ones((3, 2)), {}, "a feature that is not constant"),
    (np.eye(3), {"levels": 0}, "`levels` must be an integer from 1 to 255, or .*Received: 0"),
    (np.eye(3), {"levels": [3, 3]}, "for each of 3 features. Received"),
    (np.eye(3), {"levels": [3, 3, 256]}, "for each of 3 features. Received"),
    (np.eye(3), {"bits": 17}, "`bits` of an input"),
])
def test_other_data_and_options_are_refused(x, options, message):
    with pytest.raises(ValueError, match=message):
        find_thermometer(x, **options)
