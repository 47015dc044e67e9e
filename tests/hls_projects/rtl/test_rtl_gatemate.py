"""Counters of GateMate's full adders: the Verilog itself, its cells, proofs of both."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.families import FLOWS
from hls_projects.logic.bits import ONE, ZERO, Bit
from hls_projects.proof import prove_rtl
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.chains.addf import terms
from hls_projects.rtl.chains.ccu2c_counters import LutPosition
from hls_projects.rtl.chains.ccu2c_verilog import carry_position
from hls_projects.rtl.chains.lut2 import lut2
from hls_projects.rtl.cxxrtl.simulation import HERE
from hls_projects.tools.synthesis import synthesize_verilog
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import edge_inputs, network

NET = network((24, 8, 6, 5), input_bits=2, signed=True, density=0.6, seed=5)


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return write_rtl(NET, tmp_path_factory.mktemp("rtl"), target="gatemate")


@pytest.mark.parametrize("options", [
    {}, {"optimize": "area"}, {"optimize": "speed"}, {"clock_period": 6.0}, {"stage_delay": 6.0},
])
def test_the_verilog_is_exact(tmp_path, options):
    design = write_rtl(NET, tmp_path, target="gatemate", **options)
    x = NET.input.quantize(edge_inputs(NET.input))
    expected = NET.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 20
    np.testing.assert_array_equal(RtlSimulation(design).predict(x), expected)


def test_written_and_synthesized_are_proved(design, tmp_path):
    proof = prove_rtl(design.verilog, NET, "gatemate")
    assert proof.complete, proof
    script = [f"read_verilog {design.verilog}", FLOWS["gatemate"].synthesis(),
              "write_verilog -noattr synthesized.v"]
    run_yosys(script, folder=tmp_path)
    proof = prove_rtl(tmp_path / "synthesized.v", NET, "gatemate")
    assert proof.complete, proof


def test_a_wrong_full_adder_is_found(design, tmp_path):
    text = design.verilog.read_text()
    name = "CC_LUT2 #(.INIT(4'h6))"
    assert name in text
    (tmp_path / "top.v").write_text(text.replace(name, "CC_LUT2 #(.INIT(4'h8))", 1))
    assert prove_rtl(tmp_path / "top.v", NET, "gatemate").differences


def test_cells_are_those_of_synthesis(design):
    cells = synthesize_verilog(design.verilog, "gatemate")
    assert cells.ffs == design.ffs
    assert 0 <= design.carries - cells.carries <= 0.05 * cells.carries
    assert set(cells.luts_by_size) <= set("12345")
    assert cells.luts == sum(cells.luts_by_size.values())


def test_it_takes_far_fewer_luts_than_truth_tables(design, tmp_path):
    tables = write_rtl(NET, tmp_path, target="generic")
    generic = synthesize_verilog(tables.verilog, "gatemate")
    cells = synthesize_verilog(design.verilog, "gatemate")
    assert cells.luts + cells.carries < 0.75 * generic.luts


@pytest.mark.parametrize(("name", "parameters"), [
    ("CC_ADDF", ""), ("CC_LUT1", "-set INIT 2'h1"), ("CC_LUT2", "-set INIT 4'h9"),
])
def test_our_models_of_the_cells_are_those_of_yosys(tmp_path, name, parameters):
    script = [
        f"read_verilog {HERE / 'primitives.v'}",
        f"rename {name} ours",
        "select -set others ours %n",
        "delete @others",
        "read_verilog +/gatemate/cells_sim.v",
        *([f"chparam {parameters} ours", f"chparam {parameters} {name}"] if parameters else []),
        "proc",
        f"miter -equiv -flatten ours {name} both",
        "hierarchy -top both",
        "sat -verify -prove trigger 0 both",
    ]
    run_yosys(script, folder=tmp_path)


def value(bits, table, raw):
    given = [bit.inverted if bit.constant else raw[bit.signal] for bit in bits]
    return table[given[0] | given[1] << 1]


@pytest.mark.parametrize("pins", [
    (Bit(0), Bit(1), Bit(2), Bit(3)), (Bit(0), Bit(1), Bit(2), ONE), (Bit(0), ZERO, Bit(1), ONE),
    (Bit(0), ZERO, ZERO, ONE),
])
def test_two_terms_are_what_a_position_adds(pins):
    """p = A ⊕ B and g = A, where p is 0; the second one is 0 on pins of 0."""
    first, second = (0, 1, 1, 0), (0, 0, 0, 1)
    table = tuple(first[a % 4] ^ second[a // 4] for a in range(16))
    (low, low_table), (high, high_table) = terms(LutPosition(pins, table))
    for address in range(16):
        raw = [address >> i & 1 for i in range(4)]
        given = [bit.inverted if bit.constant else raw[bit.signal] for bit in pins]
        propagate = table[sum(bit << i for i, bit in enumerate(given))]
        assert value(low, low_table, raw) ^ value(high, high_table, raw) == propagate
        assert value(low, low_table, raw) == table[given[0] | given[1] << 1]


@pytest.mark.parametrize("bit", [Bit(0), Bit(0, True), ONE])
def test_a_carry_leaves_as_the_sum_where_both_terms_are_one_bit(bit):
    low, high = terms(carry_position(bit))
    for raw in ([0], [1]):
        assert value(*low, raw) == value(*high, raw) == (1 if bit == ONE else raw[0] ^ bit.inverted)


@pytest.mark.parametrize(("table", "cells", "source"), [
    ((0, 1, 0, 1), 0, "a"), ((1, 0, 1, 0), 1, "k_o"), ((0, 0, 0, 0), 0, "1'b0"),
])
def test_a_function_of_one_bit_takes_at_most_a_small_lut(table, cells, source):
    lines, found = lut2("k", (Bit(0), ZERO), table, {0: "a"})
    assert found == source and sum("CC_LUT1" in line for line in lines) == cells
