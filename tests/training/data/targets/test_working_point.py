import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.data.targets.working_point import working_point

PAIRS = st.integers(2, 60).flatmap(lambda n: st.tuples(
    arrays.arrays(np.int32, n, elements=st.integers(-9, 9)),
    arrays.arrays(np.int8, n, elements=st.integers(0, 1)),
))


@given(PAIRS, st.sampled_from([0.01, 0.1, 0.5, 0.99]))
def test_no_lower_cut_would_do(pair, rate):
    outputs, y = pair
    found = working_point(outputs, y, rate)
    if y.all() or not y.any():
        assert found is None
        return
    passing = [(outputs[y == 0] >= cut).mean() for cut in (found.cut, found.cut - 1)]
    assert passing[0] == found.background <= rate < passing[1]
    assert found.signal == (outputs[y == 1] >= found.cut).mean()


def test_it_reads_as_a_sentence():
    found = working_point(np.arange(200), np.arange(200) % 2)
    assert str(found) == "2.0% of the signal at 1.00% of the background passes output >= 197"


@pytest.mark.parametrize("rate", [0, 1, -0.1])
def test_other_rates_are_refused(rate):
    with pytest.raises(ValueError, match=r"`most_background` must be in \(0, 1\). Received"):
        working_point(np.arange(2), np.arange(2), rate)
