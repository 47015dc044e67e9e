"""Levels as steps of a sum, and as higher bits of it, against counting them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hls_projects.rtl.counters.level_steps import even_levels, level_steps

SMALL = st.integers(-300, 300)


@given(st.lists(SMALL, min_size=1, max_size=15), st.sampled_from([-1, 1]), SMALL,
       st.integers(0, 400))
def test_steps_count_levels(levels, direction, offset, highest):
    steps = level_steps(levels, direction, offset, highest)
    sums = np.arange(highest + 1) + offset
    counted = sum((sums >= v) if direction > 0 else (sums <= v) for v in levels)
    np.testing.assert_array_equal(steps.table(highest), counted)
    assert all(steps.changes.values()) and list(steps.changes) == sorted(steps.changes)


@given(st.integers(1, 6), st.integers(1, 5), SMALL, SMALL, st.integers(1, 900), st.booleans())
def test_even_levels_are_higher_bits(bits, places, first, offset, highest, to_even):
    numbers = np.arange(1, 1 << bits)
    levels = first + (numbers << places) + (numbers % 2 if to_even else 0)
    even = even_levels(levels, offset, highest)
    counted = level_steps(levels.tolist(), 1, offset, highest).table(highest)
    if even is None:
        assert len(set(counted)) < 6
        return
    shifted = np.arange(highest + 1) + even.shift
    number = shifted >> even.places
    if even.to_even:
        number -= number & (shifted % (1 << even.places) == 0)
    np.testing.assert_array_equal(np.clip(number, 0, even.most), counted)


def test_levels_that_are_not_even_are_none():
    assert even_levels([0, 4, 8, 13, 16, 20], 0, 40) is None
    assert even_levels([0, 3, 6, 9, 12, 15], 0, 40) is None
    assert even_levels([1, 2, 3, 4, 5, 6], 0, 40) is None
