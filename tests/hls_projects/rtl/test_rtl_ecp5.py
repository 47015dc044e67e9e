"""Counters on ECP5's carry chains: the Verilog itself, its cells and what they cost."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hls_projects.logic.bits import ONE, Bit
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.chains.ccu2c_counters import build_counter
from hls_projects.rtl.chains.ccu2c_moves import ccu2c_binary_sum
from hls_projects.rtl.chains.ccu2c_verilog import (
    CHAIN_POSITIONS,
    ccu2c_cells,
    halves,
    physical_chains,
)
from hls_projects.rtl.cxxrtl.simulation import HERE
from hls_projects.rtl.pipeline.stages import RegisterStage
from hls_projects.tools.synthesis import synthesize_verilog
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import edge_inputs, network
from tests.hls_projects.rtl.evaluation import evaluate_stage

NET = network((24, 8, 6, 5), input_bits=2, signed=True, density=0.6, seed=5)


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return write_rtl(NET, tmp_path_factory.mktemp("rtl"), target="ecp5")


@pytest.fixture(scope="module")
def cells(design):
    return synthesize_verilog(design.verilog, "ecp5")


def test_the_verilog_is_exact(design):
    assert "CCU2C" in design.verilog.read_text()
    x = NET.input.quantize(edge_inputs(NET.input))
    expected = NET.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 20
    np.testing.assert_array_equal(RtlSimulation(design).predict(x), expected)


def test_cells_are_those_of_synthesis(design, cells):
    assert cells.ffs == design.ffs
    # Yosys drops cells of which nothing is used.
    assert 0 <= design.carries - cells.carries <= 0.05 * cells.carries
    assert abs(cells.luts - design.luts) <= 0.3 * cells.luts
    assert sum(design.luts_per_layer) == design.luts


def test_it_takes_far_fewer_lut4s_than_truth_tables(cells, tmp_path):
    tables = write_rtl(NET, tmp_path, target="generic")
    generic = synthesize_verilog(tables.verilog, "ecp5")
    assert cells.luts + 2 * cells.carries < 0.75 * (generic.luts + 2 * generic.carries)


@pytest.mark.parametrize("inits", [(0x96AA, 0x6996), (0x0F0E, 0xCAFE), (0x1234, 0xFEDC)])
def test_our_model_of_the_cell_is_that_of_yosys(tmp_path, inits):
    parameters = " ".join(f"-set INIT{i} 16'h{init:04x}" for i, init in enumerate(inits))
    parameters += ' -set INJECT1_0 "NO" -set INJECT1_1 "NO"'
    script = [
        f"read_verilog {HERE / 'primitives.v'}",
        "rename CCU2C ours",
        "delete =LUT* =CARRY4",
        "read_verilog -D NO_INCLUDES +/lattice/cells_sim_ecp5.v",
        f"chparam {parameters} ours",
        f"chparam {parameters} CCU2C",
        "hierarchy -check",
        "proc",
        "flatten",
        "miter -equiv -flatten ours CCU2C both",
        "sat -verify -prove trigger 0 both",
    ]
    run_yosys(script, folder=tmp_path)


def counted(netlist: Netlist, outputs: list[tuple[int, Bit]], inputs: int) -> np.ndarray:
    """The number that a counter's outputs make of every assignment of its inputs."""
    assignments = np.array(list(itertools.product((0, 1), repeat=inputs)), np.uint64).T
    stage = RegisterStage(netlist, registered=[bit.signal for _, bit in outputs])
    words = evaluate_stage(stage, dict(enumerate(assignments)), 1 << inputs)
    return sum((words[i] & 1).astype(int) << place for i, (place, _) in enumerate(outputs))


@pytest.mark.parametrize("polarity", itertools.product((False, True), repeat=5))
def test_five_bits_to_three_in_two_stages(polarity):
    netlist = Netlist(5)
    bits = [Bit(i, inverted) for i, inverted in enumerate(polarity)]
    outputs = build_counter(netlist, 0, bits[0], [bits[1:], []])
    rows = np.array(list(itertools.product((0, 1), repeat=5)))
    np.testing.assert_array_equal(counted(netlist, outputs, 5), (rows ^ polarity).sum(axis=1))
    assert netlist.luts == (all(polarity[1:]))
    assert ccu2c_cells(netlist) == 2


@pytest.mark.parametrize("taken", [[4, 0, 3, 1], [3, 2, 1, 2], [2, 2, 2], [1, 4, 0], [3, 0, 2]])
def test_counters_of_all_shapes(taken):
    rng = np.random.default_rng(1)
    inputs = 1 + sum(taken)
    bits = [Bit(i, bool(rng.integers(2))) for i in range(inputs)]
    rest = iter(bits[1:])
    columns = [list(itertools.islice(rest, n)) for n in taken]
    netlist = Netlist(inputs)
    found = counted(netlist, build_counter(netlist, 0, bits[0], columns), inputs)
    rows = np.array(list(itertools.product((0, 1), repeat=inputs)))
    rows ^= np.array([bit.inverted for bit in bits])
    weights = [0, *(place for place, n in enumerate(taken) for _ in range(n))]
    np.testing.assert_array_equal(found, rows @ (1 << np.array(weights)))


@pytest.mark.parametrize("one", range(5))
def test_a_constant_in_a_counter(one):
    bits = [Bit(i, i % 2 == 0) for i in range(5)]
    bits[one] = ONE
    netlist = Netlist(5)
    outputs = build_counter(netlist, 0, bits[0], [bits[1:], []])
    rows = np.array(list(itertools.product((0, 1), repeat=5)))
    rows ^= np.array([bit.inverted for bit in bits])
    rows[:, one] = 1
    np.testing.assert_array_equal(counted(netlist, outputs, 5), rows.sum(axis=1))


def test_physical_chains_hold_counters_of_one_depth():
    netlist = Netlist(200)
    for first in range(0, 200, 5):
        bits = [Bit(i) for i in range(first, first + 5)]
        build_counter(netlist, 0, bits[0], [bits[1:], []])
    sums = [Bit(node.outputs[0]) for node in netlist.nodes]
    build_counter(netlist, 0, sums[0], [sums[1:5], []])
    chains = list(physical_chains(netlist))
    assert sum(map(len, chains)) == 41 and len(chains[-1]) == 1
    assert all(len(halves(chain)) <= CHAIN_POSITIONS for chain in chains)
    assert max(len(chain) for chain in chains) > 5


@pytest.mark.parametrize("heights", [(9,), (7, 7), (2, 2, 2), (1, 0, 5, 1), (40, 3)])
def test_the_way_without_search_ends_in_a_bit_a_column(heights):
    width = sum(height << place for place, height in enumerate(heights)).bit_length()
    after, path = ccu2c_binary_sum(heights, width)
    assert max(after) == 1 and len(after) <= width
    assert path[-1].kind == "carry out"
