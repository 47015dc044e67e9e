"""Pools that are built all at once: as many LUTs as the netlist has."""

import numpy as np
import pytest

from hls_projects.families import XILINX
from hls_projects.kinds import Conv2D, Dense, Flatten, Head, MaxPool, Pad
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.estimation import pools
from hls_projects.rtl.estimation.cells import comparisons
from hls_projects.rtl.estimation.live import live_parts
from hls_projects.rtl.pipeline.stages import GraphPipeline, build_pipeline


def pooled(pool, *, bits=2, signed=False, before=(), unused=0):
    """A pool whose values are the logits, but for the first ones."""
    form = InputFormat(bits, signed, 1.0, (5, 5, 2))
    shape = form.shape
    for layer in (*before, pool):
        shape = layer.output_shape(shape)
    size = int(np.prod(shape))
    kept = np.eye(size, dtype=np.int8)[:, unused:]
    layers = (*before, pool, Flatten(), Dense(kept), Head(np.zeros(size - unused, np.int32)))
    return IntegerNetwork(form, layers)


@pytest.mark.parametrize("network", [
    pooled(MaxPool((2, 2), (2, 2))),
    pooled(MaxPool((2, 2), (2, 2)), bits=4),
    pooled(MaxPool((3, 3), (1, 1), "same")),
    pooled(MaxPool((2, 2), (1, 1)), unused=7),
    pooled(MaxPool((2, 2), (2, 2)), before=(Pad(((1, 0), (1, 0))),)),
])
def test_pools_are_those_of_the_netlist(network, monkeypatch):
    monkeypatch.setattr(pools, "MOST_BUILT", 10_000)
    live = live_parts(network)
    (stage,) = build_pipeline(network, XILINX).stages
    found = comparisons(live.ends[0], live)
    assert found.tolist() == [stage.netlist.luts, stage.netlist.positions]


@pytest.mark.parametrize("factor, luts", [(1, 0), (-3, 150)])
def test_numbers_are_made_before_they_are_compared(factor, luts):
    """In proportion to how many there are; signs alone take nothing."""
    before = Conv2D(factor * np.eye(2, dtype=np.int8).reshape(1, 1, 2, 2))
    network = pooled(MaxPool((2, 2), (1, 1)), bits=3, signed=True, before=(before,))
    pipeline = GraphPipeline(network, XILINX)
    # Logits would make the numbers anew.
    pipeline._linear([0, 1])
    netlist = pipeline.stages[0].netlist
    live = live_parts(network)
    found = comparisons(live.ends[0], live)
    assert found[0] == netlist.luts
    assert found[1] == pytest.approx(netlist.positions, rel=0.05)
    assert found[0] - pools.pool_cells(live.ends[0], live.table)[0] == luts


def test_windows_beyond_those_built_count_in_proportion(monkeypatch):
    live = live_parts(pooled(MaxPool((2, 2), (2, 2))))
    whole = comparisons(live.ends[0], live)
    monkeypatch.setattr(pools, "MOST_BUILT", 2)
    np.testing.assert_array_equal(comparisons(live.ends[0], live), whole)
    assert whole[0] > 0
