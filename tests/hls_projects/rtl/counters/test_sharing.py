"""Sharing changes no sum."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.rtl.counters.sharing import SharingPlan, plan_sharing


def row_values(plan: SharingPlan, bits: np.ndarray, places: list[int]) -> np.ndarray:
    """Values (samples, rows) of a plan's rows where terms have these bits (samples, terms)."""
    terms = bits.shape[1]
    weights = 2 ** np.asarray(places)

    def value(row: int) -> np.ndarray:
        signs = plan.signs[row].astype(int)
        own = np.where(signs[:terms] > 0, bits, 0) + np.where(signs[:terms] < 0, 1 - bits, 0)
        groups = sum(
            signs[group.first] * value(group.row) for group in plan.groups if signs[group.first]
        )
        return own @ weights + groups + plan.offsets[row]

    return np.stack([value(row) for row in range(len(plan.signs))], axis=1)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(0, 12), terms=st.integers(1, 30), density=st.floats(0, 1),
    least=st.integers(1, 3), seed=st.integers(0, 2**16),
)
def test_every_row_keeps_its_value(rows, terms, density, least, seed):
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1, 1], (rows, terms)) * (rng.random((rows, terms)) < density)
    places = rng.integers(0, 3, terms).tolist()
    plan = plan_sharing(signs.astype(np.int8), places, least)
    bits = rng.integers(0, 2, (50, terms))
    ones = np.where(signs > 0, bits[:, None], 0) + np.where(signs < 0, 1 - bits[:, None], 0)
    expected = ones @ 2 ** np.asarray(places)
    if rows:
        np.testing.assert_array_equal(row_values(plan, bits, places)[:, :rows], expected)


def test_a_common_part_is_counted_once_whatever_its_sign():
    rows = np.array([[1, 1, 1, 1, 0], [-1, -1, -1, 0, 1], [0, 0, 0, 1, 1]], np.int8)
    plan = plan_sharing(rows, [0] * 5, 1)
    assert len(plan.groups) == 1
    assert plan.signs[:3, :3].any() == 0
    assert plan.offsets.tolist() == [0, 3, 0, 0]


def test_what_saves_too_little_stays():
    rows = np.array([[1, 1, 1], [1, 1, 1]], np.int8)
    assert not plan_sharing(rows, [0] * 3, 2).groups


def test_sums_beyond_what_float32_holds_are_exact():
    inputs = 301
    rows = np.ones((2, 16 * inputs), np.int8)
    rows[1] = -1
    plan = plan_sharing(rows, list(range(16)) * inputs, 2)
    assert plan.groups[0].highest == plan.offsets[1] == inputs * 65535


def test_many_common_bits_do_not_wrap_around():
    rows = np.ones((3, 40_000), np.int8)
    rows[1], rows[2, 10_000:] = -1, 0
    plan = plan_sharing(rows, [0] * 40_000, 2)
    bits = np.random.default_rng(0).integers(0, 2, (3, 40_000))
    expected = np.where(rows > 0, bits[:, None], 0) + np.where(rows < 0, 1 - bits[:, None], 0)
    values = row_values(plan, bits, [0] * 40_000)[:, :3]
    np.testing.assert_array_equal(values, expected.sum(axis=2))
