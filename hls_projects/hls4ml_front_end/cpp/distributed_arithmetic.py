"""Strategy distributed_arithmetic: da4ml's adder graphs, which share sums between outputs."""

from __future__ import annotations

import os

import numpy as np


def adder_graph_kernel(
    name: str, weights: np.ndarray, lowest: np.ndarray, highest: np.ndarray
) -> str:
    """A C++ function template `name` that computes data · weights with as few adders as found.

    The solver and its options are those of hls4ml's own strategy of this name; DA_HARD_DC in the
    environment bounds the depth of the graph as it does there.

    Args:
        weights: (inputs, outputs), small integers.
        lowest, highest: (inputs,), the integers that each input can be.

    Raises:
        ImportError: if da4ml is not installed.
    """
    from da4ml.codegen.hls import hls_logic_and_bridge_gen
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace

    signed = lowest < 0
    bits = [
        max((~int(low)).bit_length() if low < 0 else 0, int(high).bit_length())
        for low, high in zip(lowest, highest, strict=True)
    ]
    options = {"hard_dc": int(os.environ.get("DA_HARD_DC", 2)), "search_all_decompose_dc": True}
    inputs = FixedVariableArray.from_kif(
        signed, np.array(bits), np.zeros(len(bits), int), HWConfig(1, -1, -1),
        solver_options=options,
    )
    graph = comb_trace(inputs, inputs @ weights.astype(np.float64))
    pragmas = ["#pragma HLS INLINE"]
    code, _ = hls_logic_and_bridge_gen(graph, name, "vitis", pragmas=pragmas)
    return code
