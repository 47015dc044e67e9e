import numpy as np
import pytest

from hls_projects.kinds import Thermometer

LEVELS = np.array([-3, 0, 5, 5], np.int32)
FEATURE = np.array([0, 0, 1, 3], np.int32)


def test_bits_say_which_levels_are_reached():
    kind = Thermometer(LEVELS, FEATURE)
    x = np.array([[-3, 5, 9, 4], [-4, 4, 9, 5]])
    assert kind.forward(x).tolist() == [[1, 0, 1, 0], [0, 0, 0, 1]]
    assert kind.forward(x[None]).dtype == np.int32
    assert kind.output_shape((7, 4)) == (7, 4)


def test_copies_and_comparisons_compute_the_same():
    kind = Thermometer(LEVELS, FEATURE)
    x = np.random.default_rng(0).integers(-6, 7, (50, 2, 4))
    np.testing.assert_array_equal(
        kind.forward(x), kind.comparisons.forward(kind.copies(4).forward(x))
    )


def test_a_bit_that_no_value_changes_has_one_value():
    low, high = Thermometer(LEVELS, FEATURE).output_range(
        np.array([-3, 0, 0, 0]), np.array([3, 9, 0, 4])
    )
    assert low.tolist() == [1, 0, 0, 0] and high.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "levels, feature, message",
    [
        (LEVELS.astype(np.int64), FEATURE, "`levels` must be a non-empty int32"),
        (LEVELS[:0], FEATURE[:0], "`levels` must be a non-empty int32"),
        (LEVELS, FEATURE[:3], r"`feature` must be an int32 array \(4,\)"),
        (LEVELS, FEATURE[::-1].copy(), "`feature` must hold ascending"),
        (LEVELS, FEATURE - 1, "`feature` must hold ascending"),
    ],
)
def test_other_arrays_are_refused(levels, feature, message):
    with pytest.raises(ValueError, match=message):
        Thermometer(levels, feature)


def test_a_shape_of_too_few_features_is_refused():
    with pytest.raises(ValueError, match=r"a thermometer of 4 features cannot follow shape \(3,\)"):
        Thermometer(LEVELS, FEATURE).output_shape((3,))
