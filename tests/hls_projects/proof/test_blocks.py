"""Codes that occur, where sums have gaps."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.kinds import Dense, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_rtl
from hls_projects.rtl import write_rtl

NEVER = (1 << 31) - 1


@pytest.mark.parametrize("family", ["xilinx", "generic"])
def test_levels_in_a_gap_of_the_sums(tmp_path, family):
    """Sums are 0 or 3, so that code 1 and its register never occur, which is no difference."""
    levels = np.array([[1, 2, NEVER]] * 2, np.int32)
    net = IntegerNetwork(InputFormat(1, False, 1.0, (2,)), (
        Dense(np.diag([3, 3]).astype(np.int8)), Levels(levels, np.ones(2, np.int8)),
        Dense(np.array([[1, 1], [-1, 1]], np.int8)), Head(np.array([0, 1], np.int32)),
    ))  # fmt: skip
    proof = prove_rtl(write_rtl(net, tmp_path, target=family).verilog, net, family)
    assert proof.complete, str(proof)
    assert proof.unused_codes == 4
