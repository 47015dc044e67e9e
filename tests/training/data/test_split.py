from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.split import held_out_count, split_indices

LABELS = st.lists(st.integers(0, 5), min_size=2, max_size=80).filter(
    lambda labels: len(labels) > len(set(labels))
)


@given(LABELS, st.data(), st.integers(0, 2**64 - 1))
def test_a_partition_that_keeps_every_class(labels, data, seed):
    labels = np.array(labels)
    count = data.draw(st.integers(1, len(labels) - len(set(labels.tolist()))))
    stay, leave = split_indices(labels, count, seed)
    assert len(leave) == count
    np.testing.assert_array_equal(np.sort(np.concatenate([stay, leave])), np.arange(len(labels)))
    assert set(labels[stay]) == set(labels)


@given(st.integers(0, 1000))
def test_every_class_loses_the_same_share(seed):
    labels = np.repeat([0, 1, 2], [100, 50, 10])
    _, leave = split_indices(labels, 32, seed)
    np.testing.assert_allclose(np.bincount(labels[leave]), [20, 10, 2], atol=1)


def test_the_split_never_changes():
    labels = np.arange(40) % 4
    _, leave = split_indices(labels, 8, 2017)
    assert leave.tolist() == [0, 9, 21, 23, 32, 34, 35, 38]
    _, other = split_indices(labels, 8, 2018)
    assert other.tolist() != leave.tolist()


@pytest.mark.parametrize("count", [0, -1, 37, 100])
def test_counts_out_of_range(count):
    with pytest.raises(ValueError, match=f"must be 1 to 36.*Received: {count}"):
        split_indices(np.arange(40) % 4, count, 0)


@pytest.mark.parametrize("seed", [-1, 1.5, None, True, 2**64])
def test_bad_seeds(seed):
    with pytest.raises(ValueError, match="`split_seed`"):
        split_indices(np.arange(40) % 4, 4, seed)


def test_counts_and_shares():
    assert held_out_count(7, 100) == 7
    assert held_out_count(np.int64(7), 100) == 7
    assert held_out_count(0.25, 100) == 25
    assert held_out_count(0.001, 100) == 1


@pytest.mark.parametrize("validation", [0, -3, 0.0, 1.0, -0.1, float("nan"), True, "a", None])
def test_bad_counts_and_shares(validation):
    with pytest.raises(ValueError, match="`validation` must be a number of samples"):
        held_out_count(validation, 100)
