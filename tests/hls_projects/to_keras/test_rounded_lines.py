import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls_projects.kinds import Levels
from hls_projects.to_keras.rounded_lines import ENDS, rounded_lines

REACH = 40


def levels_of(rows, direction):
    return Levels(np.array(rows, np.int32), np.array([direction] * len(rows), np.int8))


def counts(levels, x):
    return levels.forward(np.array(x, np.int32)[:, None])[:, 0]


def rounded(slope, offset, n, x):
    return np.clip(np.round(slope * np.array(x, float) + offset), 0, n)


@given(
    bits=st.integers(1, 4),
    slope=st.floats(0.02, 25.0),
    offset=st.floats(-30.0, 30.0),
    direction=st.sampled_from([-1, 1]),
)
def test_the_levels_of_a_line_are_those_of_the_line_found(bits, slope, offset, direction):
    n, x = 2**bits - 1, np.arange(-REACH, REACH + 1)
    line = direction * slope * x + offset
    # A place half way between two levels, rounded either way, is no fair question.
    if (np.abs(line - np.floor(line) - 0.5) < 1e-9).any():
        return
    wanted = np.clip(np.round(line), 0, n).astype(int)
    always, never = (ENDS if direction > 0 else ENDS[::-1])
    row = []
    for k in range(1, n + 1):
        at = x[wanted >= k]
        first = at.min(initial=REACH) if direction > 0 else at.max(initial=-REACH)
        row.append(never if not len(at) else always if len(at) == len(x) else first)
    levels = levels_of([row], direction)
    np.testing.assert_array_equal(counts(levels, x), wanted)
    found = rounded_lines(levels, np.array([-REACH]), np.array([REACH]))
    np.testing.assert_array_equal(rounded(found[0][0], found[1][0], n, x), wanted)


@pytest.mark.parametrize("row, count", [([ENDS[0]] * 3, 3), ([ENDS[1]] * 3, 0),
                                        ([ENDS[0], ENDS[1], ENDS[1]], 1)])
def test_a_constant_channel_has_a_flat_line(row, count):
    slope, offset = rounded_lines(levels_of([row], 1), np.array([-9]), np.array([9]))
    assert (slope[0], offset[0]) == (0.0, count)


def test_levels_of_no_line_are_named():
    with pytest.raises(ValueError, match=r"channel 1 must be those of one norm.*: \[0, 1, 30\]"):
        rounded_lines(levels_of([[0, 10, 20], [0, 1, 30]], 1), np.full(2, -99), np.full(2, 99))
