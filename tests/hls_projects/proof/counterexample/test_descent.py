"""Values become 0 until none of those left can, whatever it is that must hold."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.proof.counterexample.descent import descend


def needs(*groups):
    """Whether all values of some group are there."""
    return lambda x: np.logical_or.reduce([x[:, list(group)].all(axis=1) for group in groups])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_needed_is_left(seed):
    rng = np.random.default_rng(seed)
    group = rng.choice(100, 7, replace=False)
    x = rng.choice([-3, 1, 5], 100)
    found = descend(x, needs(group))
    assert set(np.flatnonzero(found)) == set(group)
    assert (found[group] == x[group]).all()


def test_no_value_more_can_be_0_where_several_ways_lead():
    holds = needs((1, 2, 3), (3, 4, 5, 6))
    found = descend(np.ones(8, int), holds)
    assert holds(found[None])[0]
    for place in np.flatnonzero(found):
        assert not holds(np.where(np.arange(8) == place, 0, found)[None])[0]


def test_of_two_that_cannot_both_go_one_stays():
    assert descend(np.ones(9, int), needs((0,), (8,))).sum() == 1


def test_all_may_become_0():
    found = descend(np.ones(9, int), lambda x: np.ones(len(x), bool))
    assert not found.any()


def test_what_is_0_already_stays():
    assert not descend(np.zeros(4, int), lambda x: np.ones(len(x), bool)).any()
