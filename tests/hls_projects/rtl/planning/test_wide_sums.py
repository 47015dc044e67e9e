"""Sums of weights of many bits: many columns, each of several bits."""

import numpy as np
import pytest

from hls_projects.families import GENERIC, XILINX
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.neuron import NeuronBuilder
from hls_projects.rtl.pipeline.stages import RegisterStage
from hls_projects.rtl.planning.search import CompressionSearch, path_luts
from tests.hls_projects.rtl.evaluation import evaluate_stage

# Of a neuron with 64 inputs of 6 bits and weights of 6 bits.
COLUMNS = (27, 43, 63, 82, 110, 123, 98, 80, 60, 42, 14, 0, 0, 1, 1, 0, 1)
LEVELS = np.arange(16, 16 + 2048 * 63, 2048)
OFFSET = -16_000


def test_a_sum_of_many_columns_is_searched_after_smaller_counters():
    """The search alone gives up, and what it falls back to takes more LUTs."""
    search, width = CompressionSearch(XILINX), len(COLUMNS)
    assert not search.frontier(COLUMNS, width + 4, 1)
    assert search.frontier(COLUMNS, width + 4, 1, wide=True)
    found = search.binary_sum(COLUMNS, width, wide=True)
    assert path_luts(found) < path_luts(search.binary_sum(COLUMNS, width))


@pytest.mark.parametrize("family", [XILINX, GENERIC])
def test_levels_of_such_a_sum_are_exact(family):
    rng = np.random.default_rng(0)
    total, netlist = BitSum(OFFSET), Netlist(sum(COLUMNS))
    places = np.repeat(np.arange(len(COLUMNS)), COLUMNS)
    for signal, place in enumerate(places.tolist()):
        total.add_bit(place, Bit(signal))
    bits = NeuronBuilder(family).activation(netlist, total, LEVELS, 1)
    # Samples of few ones and of many, so that sums are from below the levels to above them.
    values = rng.random((2048, len(places))) < rng.random((2048, 1))
    packed = np.packbits(np.ascontiguousarray(values.T), axis=1, bitorder="little").view(np.uint64)
    stage = RegisterStage(netlist, registered=[bit.signal for bit in bits])
    words = evaluate_stage(stage, dict(enumerate(packed)), packed.shape[1])
    planes = [np.unpackbits(word.view(np.uint8), bitorder="little") for word in words]
    level = sum(
        (plane ^ bit.inverted).astype(int) << place
        for place, (plane, bit) in enumerate(zip(planes, bits, strict=True))
    )
    sums = values @ (1 << places) + OFFSET
    np.testing.assert_array_equal(level, (sums[:, None] >= LEVELS).sum(axis=1))
    assert set(level) == set(range(64))
