"""Values that left one counter together: those that its cases had, wherever its nets enter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hls_projects.proof.sums.together import MOST_LEFT, Together

# Five bits as 5 + 2q − 4m − p.
TOTAL = np.arange(6)
M = TOTAL < 4
Q = (TOTAL == 3) | (TOTAL == 2)
P = (TOTAL & 1) == 0


def left(values: Mapping[int, np.ndarray]) -> Together:
    found = Together()
    found.left({net: np.asarray(value, bool) for net, value in values.items()})
    return found


def test_five_bits_leave_no_q_without_m():
    assert (5 + 2 * Q - 4 * M - P == TOTAL).all()
    together = left({20: P, 30: Q, 10: M})
    # Rows are 10, then 30: m and q.
    assert together.occur([10, 30]).tolist() == [True, True, False, True]
    # A net that another counter left may have any value beside them.
    assert together.occur([10, 15, 30]).tolist() == [True] * 4 + [False, True] * 2
    assert together.occur([10, 20, 30]).sum() == len({*zip(M, P, Q, strict=True)}) == 6


def test_a_net_alone_and_nets_of_several_counters_are_free():
    together = left({20: P, 30: Q})
    together.left({40: M, 50: ~M})
    assert together.occur([20, 40]).all() and together.occur([30]).all()
    assert together.occur([40, 50]).tolist() == [False, True, True, False]


def test_of_many_nets_nothing_is_kept():
    together = left(dict.fromkeys(range(MOST_LEFT + 1), M))
    assert together.occur([0, 1]).all()
