from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qkeras_models.input_formats.format_search import format_loss, without_unused_bits
from qkeras_models.input_formats.otsu import otsu_thresholds
from training.data import FixedPoint, find_format

NUMBERS = st.floats(-(2.0**100), 2.0**100, width=32)
SAMPLES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=NUMBERS
)
RANDOM = np.random.default_rng(0)


def lost(x, form):
    """1 − r² of x and its integers, by the textbook."""
    integers = form.quantize(x).ravel()
    if np.ptp(integers) == 0:
        return 1.0
    return 1 - np.corrcoef(x.ravel().astype(np.float64), integers)[0, 1] ** 2


@given(SAMPLES, st.integers(1, 8))
def test_any_data_get_a_format(x, bits):
    form = find_format(x, bits)
    assert form.bits == bits
    assert form.signed <= bool((x < 0).any())
    if bits > 1:
        assert form.signed == bool((x < 0).any())
        assert (np.frexp(form.scale)[0] == 0.5).all()


@given(
    # Denormal numbers count as 0, see InputFormat.
    arrays.arrays(
        np.float32, (30, 2), elements=st.floats(-100, 100, width=32, allow_subnormal=False)
    ),
    st.integers(2, 8),
)
def test_no_worse_than_the_scale_that_covers_everything(x, bits):
    form = find_format(x, bits, per_feature=False)
    cover = 2.0 ** np.arange(-160, 20)
    limits = [FixedPoint(bits, form.signed, s) for s in cover if s > 2.0**-120]
    wide = next(
        f
        for f in limits
        if (x < (f.highest + 1) * f.scale).all() and (x >= f.lowest * f.scale).all()
    )
    assert form.scale <= wide.scale or not x.any()
    if np.ptp(x) > 1e-3:
        assert lost(x, form) <= lost(x, wide) + 1e-5


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_data_on_the_grid_come_back_exactly(bits):
    for low in (0, -(1 << (bits - 1))):
        integers = np.arange(low, low + (1 << bits)).reshape(-1, 1)
        form = find_format(integers / 256, bits)
        assert form == FixedPoint(bits, low < 0, 1 / 256)
        np.testing.assert_array_equal(form.quantize(integers / 256), integers)


def test_outliers_are_clipped():
    x = RANDOM.random((10_000, 1))
    x[0] = 3.0
    assert find_format(x, 4) == FixedPoint(4, False, 2.0**-4)


def test_one_bit_splits_two_clusters():
    x = np.concatenate([RANDOM.normal(1, 0.1, 500), RANDOM.normal(3, 0.1, 500)])[:, None]
    form = find_format(x, 1)
    assert not form.signed
    assert 1.3 < form.scale < 2.7
    np.testing.assert_array_equal(form.quantize(x)[:, 0], np.arange(1000) >= 500)


def test_one_bit_splits_symmetric_data_at_zero():
    assert find_format(RANDOM.normal(size=(1000, 1)), 1).signed
    assert not find_format(np.abs(RANDOM.normal(size=(1000, 1))), 1).signed


def test_features_that_differ_widely_get_scales_of_their_own():
    x = RANDOM.normal(size=(2000, 3)) * [1, 100, 0.01]
    form = find_format(x, 4)
    np.testing.assert_allclose(np.log2(form.scale), np.log2([0.5, 50, 0.005]), atol=1)
    assert isinstance(find_format(x, 4, per_feature=False).scale, float)
    assert isinstance(find_format(x.reshape(-1, 3, 1), 4).scale, float)
    assert isinstance(find_format(x / [1, 100, 0.01], 4).scale, float)
    assert len(find_format(x / [1, 100, 0.01], 4, per_feature=True).scale) == 3


def test_constant_features():
    x = np.array([[0.0, 5.0, -2.0], [0.0, 5.0, -2.0]])
    for bits in (1, 4):
        find_format(x, bits)
        find_format(x, bits, per_feature=True)
    assert find_format(np.zeros((3, 2)), 4) == FixedPoint(4, False, 1.0)


def test_what_is_given_is_kept():
    x = RANDOM.normal(size=(100, 2))
    assert find_format(x, 4, scale=0.25) == FixedPoint(4, True, 0.25)
    assert find_format(x, 4, scale=0.25, signed=False) == FixedPoint(4, False, 0.25)
    assert find_format(x, 4, signed=False).signed is False
    assert find_format(np.abs(x), 1, signed=True) == FixedPoint(1, True, 1.0)


def test_large_data_are_sampled_but_their_range_is_not():
    x = np.zeros((3_000_000, 1), np.float32)
    x[1::2] = 1
    x[17] = 255
    assert find_format(x, 8, per_feature=False).scale <= 1


@pytest.mark.parametrize(
    "x", [np.zeros(3), np.zeros((0, 2)), np.array([[np.nan]]), np.array([["a"]]), [[1j]]]
)
def test_bad_data(x):
    with pytest.raises(ValueError, match=r"`x` must be a non-empty array.*Received: shape"):
        find_format(x)


@pytest.mark.parametrize("bits", [0, 17, 1.0])
def test_bad_bits(bits):
    with pytest.raises(ValueError, match="`bits`"):
        find_format(np.zeros((2, 1)), bits)


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 12), st.just(1)),
        elements=st.integers(0, 50).map(lambda n: n / 4),
    )
)
def test_otsu_against_every_split(columns):
    x = columns[:, 0]
    found = float(otsu_thresholds(columns)[0])
    assert np.frexp(found)[0] * 2**16 % 1 == 0

    def between(threshold):
        low, high = x[x < threshold], x[x >= threshold]
        if not len(low) or not len(high):
            return 0.0
        return len(low) * len(high) * (low.mean() - high.mean()) ** 2

    best = max(between(threshold) for threshold in np.unique(x))
    assert between(found) == pytest.approx(best)


@pytest.mark.parametrize("values, bits", [
    ([0, 1], 1), ([-1, 1], 1), ([3, 3.5], 1), ([0, 1, 2, 3], 2), ([0, 0.25, 0.5, 0.75], 2),
    ([-2, -1, 0, 1], 2), (np.arange(17), 5), (np.arange(256), 8), (np.arange(999), 8), ([7], 1),
])
def test_no_bit_is_there_that_no_value_uses(values, bits):
    x = RANDOM.choice(np.float32(values), (3000, 5))
    x[: len(values), 0] = values
    found = find_format(x, None)
    assert found.bits == bits
    assert len(values) > 256 or format_loss(x, found) < 1e-6


def test_features_of_two_values_each_take_one_bit():
    x = np.where(RANDOM.random((500, 3)) < 0.5, np.float32([1, 20, 400]), np.float32([0, 10, 300]))
    found = find_format(x, None)
    assert found.bits == 1 and format_loss(x, found) < 1e-6


@pytest.mark.parametrize("integers, scale, bits", [
    ([0, 128], 1 / 128, 1), ([0, 64, 128, 192], 1 / 64, 2), ([0, 3], 1, 2), ([-128, 0], 1, 1),
    ([-4, 3], 1, 3), ([0], 1, 1), ([-1], 1, 1),
])
def test_unused_bits_go_and_every_value_stays(integers, scale, bits):
    signed = min(integers) < 0
    x = np.float32(integers)[:, None] * np.float32(scale)
    short = without_unused_bits(x, FixedPoint(8, signed, scale))
    assert short.bits == bits
    np.testing.assert_array_equal(short.quantize(x) * short.scale, x)
