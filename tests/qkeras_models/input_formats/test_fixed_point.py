from __future__ import annotations

import numpy as np
import pytest

from training.data import FixedPoint


@pytest.mark.parametrize(
    ("bits", "signed", "lowest", "highest"),
    [(1, False, 0, 1), (1, True, -1, 0), (4, False, 0, 15), (8, True, -128, 127)],
)
def test_range(bits, signed, lowest, highest):
    form = FixedPoint(bits, signed, 0.5)
    assert (form.lowest, form.highest) == (lowest, highest)
    assert form.quantize([-1e30, 1e30]).tolist() == [lowest, highest]


def test_integers_are_floors():
    x = np.array([-0.26, -0.25, -0.01, 0.0, 0.24, 0.25, 0.74, 5])
    assert FixedPoint(3, True, 0.25).quantize(x).tolist() == [-2, -1, -1, 0, 0, 1, 2, 3]


def test_one_bit_asks_for_the_threshold():
    for threshold in (0.375, 0.1, 3.3e-5, 12345.67):
        at = np.float32(threshold)
        below = np.nextafter(at, np.float32(0))
        assert FixedPoint(1, False, threshold).quantize([below, at]).tolist() == [0, 1]


def test_a_scale_for_each_feature():
    form = FixedPoint(2, False, [1, 0.5])
    assert form.scale == (1.0, 0.5)
    assert form.quantize([[1.0, 1.0], [2.9, 9.0]]).tolist() == [[1, 2], [2, 3]]


@pytest.mark.parametrize("bits", [0, 17, 2.0, True, "1", None])
def test_bad_bits(bits):
    with pytest.raises(ValueError, match=r"`bits`.*1 to 16\. Received"):
        FixedPoint(bits, False, 1.0)


def test_bad_sign():
    with pytest.raises(ValueError, match=r"`signed`.*Received: 1"):
        FixedPoint(2, 1, 1.0)


BAD_SCALES = [0, -1, float("nan"), float("inf"), 1e39, 1e-40, [], [1, 0], [[1.0]], "a", None]


@pytest.mark.parametrize("scale", BAD_SCALES)
def test_bad_scales(scale):
    with pytest.raises(ValueError, match="`scale` of an input must be a positive number"):
        FixedPoint(2, False, scale)
