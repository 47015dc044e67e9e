"""The Verilog itself, simulated and synthesized, agrees with the integer network."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hls_projects.families import FAMILIES, FLOWS
from hls_projects.rtl import RtlSimulation, SimulationError, write_rtl
from hls_projects.tools.synthesis import synthesize_verilog
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import edge_inputs, network
from tests.hls_projects.zoo import ZOO, dead_network, random_inputs, wide_network

NET = network((24, 8, 6, 5), signed=True, input_bits=2, seed=5)


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return write_rtl(NET, tmp_path_factory.mktemp("rtl"))


@pytest.fixture(scope="module")
def simulation(design):
    return RtlSimulation(design)


def test_logits_and_latency(simulation, design):
    x = NET.input.quantize(edge_inputs(NET.input))
    np.testing.assert_array_equal(simulation.predict(x), NET.predict_integers(x))
    assert simulation.latency == design.latency == 3


def test_gaps_between_samples(simulation):
    x = NET.input.quantize(edge_inputs(NET.input))
    pattern = np.random.default_rng(2).random(37) < 0.4
    np.testing.assert_array_equal(simulation.predict(x, pattern), NET.predict_integers(x))
    assert simulation.latency == 3


# One that takes long to compile is left to the netlist's own test.
SIMULATED = {name: net for name, net in ZOO.items() if name != "single_layer_wide"}


@pytest.mark.parametrize("net", [*SIMULATED.values(), network((1, 1)), wide_network(1, False, 2)],
                         ids=[*SIMULATED, "one_bit_in", "fan_in_784"])
def test_zoo(net, tmp_path):
    x = random_inputs(net)
    simulation = RtlSimulation(write_rtl(net, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), net.predict_integers(x))


# Each example is compiled, so a failing one is not made smaller.
@settings(max_examples=4, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(
    widths=st.lists(st.integers(1, 10), min_size=2, max_size=4),
    options=st.fixed_dictionaries({
        "input_bits": st.integers(1, 3),
        "signed": st.booleans(),
        "bits": st.integers(1, 4),
        "density": st.floats(0, 1),
        "seed": st.integers(0, 2**16),
    }),
    valid=st.lists(st.booleans(), min_size=1, max_size=9).filter(any),
    target=st.sampled_from(list(FAMILIES.values())),
)
def test_random_networks_and_patterns(tmp_path_factory, widths, options, valid, target):
    net = network(widths, **options)
    x = random_inputs(net, samples=100)
    design = write_rtl(net, tmp_path_factory.mktemp("random"), target=target)
    simulation = RtlSimulation(design)
    np.testing.assert_array_equal(simulation.predict(x, valid), net.predict_integers(x))
    assert simulation.latency == design.latency


# Cells that synthesis adds to those of primitives.v.
CELLS = """
module FDRE #(parameter INIT = 0) (output reg Q, input C, CE, D, R);
initial Q = INIT;
always @(posedge C) Q <= R ? 1'b0 : CE ? D : Q;
endmodule
module INV(output O, input I);
assign O = ~I;
endmodule
"""


def test_the_netlist_after_synthesis(design, tmp_path):
    synthesize = FLOWS["xilinx"].command.format(top="top")
    script = [f"read_verilog {design.verilog}", synthesize, "write_verilog -noattr netlist.v"]
    run_yosys(script, folder=tmp_path)
    netlist = tmp_path / "netlist.v"
    text = netlist.read_text()
    netlist.write_text(text + CELLS)
    assert "FDRE #(" in text and "layer_1 " not in text
    simulation = RtlSimulation(replace(design, verilog=netlist))
    x = NET.input.quantize(edge_inputs(NET.input))
    np.testing.assert_array_equal(simulation.predict(x), NET.predict_integers(x))
    assert simulation.latency == design.latency


def test_no_samples(simulation):
    x = np.zeros((0, *NET.input.shape), np.int32)
    assert simulation.predict(x).shape == (0, NET.classes)


def test_mistakes_are_named(simulation):
    with pytest.raises(ValueError, match=r"shape \(batch, 24\). Received: \(2, 23\)"):
        simulation.predict(np.zeros((2, 23), np.int32))
    with pytest.raises(ValueError, match=r"Received: \(2, 6, 4\)"):
        simulation.predict(np.zeros((2, 6, 4), np.int32))
    with pytest.raises(ValueError, match="integers from -2 to 1, .*Received: int64 from 2 to 2"):
        simulation.predict(np.full((2, 24), 2))
    with pytest.raises(ValueError, match="Received: float64"):
        simulation.predict(np.zeros((2, 24)))
    with pytest.raises(ValueError, match="`valid` must be true in some cycle"):
        simulation.predict(np.zeros((2, 24), np.int32), [False])


def test_a_missing_result_is_an_error(design, tmp_path):
    text = design.verilog.read_text().replace("out_valid <= in_valid", "out_valid <= 1'b0")
    broken = replace(design, verilog=tmp_path / "top.v")
    broken.verilog.write_text(text)
    with pytest.raises(SimulationError, match="0 results for 2 samples"):
        RtlSimulation(broken).predict(np.zeros((2, 24), np.int32))


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
def test_a_dead_network_answers_its_biases(tmp_path, target):
    net = dead_network()
    design = write_rtl(net, tmp_path, target=target)
    simulation = RtlSimulation(design)
    x = np.zeros((3, *net.input.shape), np.int32)
    np.testing.assert_array_equal(simulation.predict(x), net.predict_integers(x))
    assert (design.luts, simulation.latency) == (0, design.latency)


def test_plain_verilog(tmp_path):
    net = network((12, 6, 3), seed=1)
    x = net.input.quantize(edge_inputs(net.input))
    design = write_rtl(net, tmp_path, target="generic")
    np.testing.assert_array_equal(RtlSimulation(design).predict(x), net.predict_integers(x))
    assert design.carries == 0 and "LUT6" not in design.verilog.read_text()
    assert synthesize_verilog(design.verilog, "ecp5").luts > 0


def test_luts_are_known_before_synthesis(design):
    cells = synthesize_verilog(design.verilog)
    assert abs(cells.luts - design.luts) <= 0.02 * cells.luts
    # Yosys drops the last cell of a chain where neither its sums nor its carry are used.
    assert 0 <= design.carries - cells.carries <= 3
    assert sum(design.luts_per_layer) == design.luts


def test_writing_is_repeatable_and_leaves_one_file(design, tmp_path):
    again = write_rtl(NET, tmp_path)
    assert again.verilog.read_text() == design.verilog.read_text()
    assert os.listdir(tmp_path) == ["top.v"]
