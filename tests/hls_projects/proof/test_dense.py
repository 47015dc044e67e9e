"""What is proven is right, and what is broken is found."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from hls_projects.families import GENERIC, XILINX, Goal
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_pipeline, prove_rtl, read_circuit
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.pipeline import to_word
from hls_projects.rtl import write_rtl
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import network
from tests.hls_projects.proof.broken import flipped_bit, swapped_pins, tables, written
from tests.hls_projects.zoo import ZOO, random_inputs, wide_network


@pytest.mark.parametrize(
    ("name", "target"),
    [*((name, XILINX) for name in ZOO if name != "single_layer_wide"),
     *((name, GENERIC) for name in ("two_bits", "signed_bytes", "positions", "dead"))],
    ids=lambda value: getattr(value, "name", value),
)
def test_zoo(tmp_path, name, target):
    design = write_rtl(ZOO[name], tmp_path, target=target)
    proof = prove_rtl(design.verilog, ZOO[name], target.name)
    assert proof.complete, str(proof)
    assert str(proof).startswith("proved for every input: ")


@pytest.mark.parametrize("name", ["two_bits", "dead"])
def test_zoo_of_ecp5(tmp_path, name):
    proof = prove_rtl(write_rtl(ZOO[name], tmp_path, target="ecp5").verilog, ZOO[name], "ecp5")
    assert proof.complete, str(proof)


@pytest.mark.parametrize("name", ["two_bits", "bytes"])
def test_stages_that_cut_a_layer(tmp_path, name):
    design = write_rtl(ZOO[name], tmp_path, stage_delay=1.0)
    assert design.latency > 3
    proof = prove_rtl(design.verilog, ZOO[name])
    assert proof.complete, str(proof)


@pytest.mark.parametrize("goal", Goal)
def test_every_goal_of_the_writer(tmp_path, goal):
    net = network((40, 16, 12, 10), density=0.5, bits=2, seed=5)
    proof = prove_rtl(write_rtl(net, tmp_path, optimize=goal).verilog, net)
    assert proof.complete, str(proof)


@pytest.mark.parametrize(("goal", "period"), [("speed", 50.0), ("area", 2.0), ("speed", 1.0)])
def test_layers_joined_in_a_clock_cycle(tmp_path, goal, period):
    net = network((40, 16, 12, 10), density=0.5, bits=2, seed=5)
    design = write_rtl(net, tmp_path, optimize=goal, clock_period=period)
    proof = prove_rtl(design.verilog, net)
    assert proof.complete and proof.outputs > 100, str(proof)


def test_a_fault_in_joined_layers_is_found(tmp_path):
    net = network((40, 16, 12, 10), density=0.5, bits=2, seed=5)
    design = write_rtl(net, tmp_path, optimize="speed", clock_period=50.0)
    source = design.verilog.read_text()
    inits = list(re.finditer(r"LUT6 #\(\.INIT\(64'h([0-9a-f]+)\)\)", source))
    found = 0
    for match in inits[:: len(inits) // 12]:
        table = f"{int(match[1], 16) ^ 1 << 21:x}"
        design.verilog.write_text(source[: match.start(1)] + table + source[match.end(1) :])
        proof = prove_rtl(design.verilog, net)
        found += not proof.complete
        assert proof.complete or "dense" in str(proof), str(proof)
    assert found >= 8


def test_sums_of_784_inputs(tmp_path):
    net = wide_network(1, False, 2)
    proof = prove_rtl(write_rtl(net, tmp_path).verilog, net)
    assert proof.complete and not proof.by_diagrams, str(proof)


@pytest.mark.parametrize(
    ("target", "synthesis"),
    [("xilinx", "synth_xilinx -family xcup -top top -flatten -noiopad -noclkbuf -nosrl"),
     ("ecp5", "synth_ecp5 -top top"), ("generic", "synth -top top -flatten")],
)
def test_synthesized(tmp_path, target, synthesis):
    net = ZOO["two_bits"]
    write_rtl(net, tmp_path, target=target)
    run_yosys(["read_verilog top.v", synthesis, "write_verilog -noattr net.v"], folder=tmp_path)
    proof = prove_rtl(tmp_path / "net.v", net, target)
    assert proof.complete, str(proof)


def simulated(verilog, net: IntegerNetwork) -> bool:
    """Whether all of many random samples give the network's logits."""
    x = random_inputs(net, 4000).reshape(4000, -1)
    circuit = read_circuit(verilog)
    bits = net.input.bits
    words = {
        wire: to_word((x[:, i // bits] >> i % bits & 1).astype(bool))
        for i, wire in enumerate(circuit.inputs["x"])
    }
    y = circuit.outputs["y"]
    found = circuit.evaluate(y, words, Lanes(len(x)))
    logits = net.predict_integers(x.reshape(-1, *net.input.shape).astype(np.int32))
    width = len(y) // net.classes
    return all(
        found[wire] >> sample & 1 == int(logits[sample, i // width]) >> i % width & 1
        for i, wire in enumerate(y) for sample in range(len(x))
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_bit_of_a_table_is_found_or_harmless(tmp_path, seed):
    net = network((30, 12, 8, 5), seed=seed)
    text = write_rtl(net, tmp_path).verilog.read_text()
    rng = np.random.default_rng(seed)
    broken = flipped_bit(text, int(rng.integers(tables(text))), int(rng.integers(64)))
    proof = prove_rtl(written(tmp_path, broken), net)
    if proof.complete:
        assert simulated(tmp_path / "broken.v", net)
    else:
        assert proof.differences and not proof.message, str(proof)


def test_some_flipped_bits_are_found(tmp_path):
    net = ZOO["two_bits"]
    text = write_rtl(net, tmp_path).verilog.read_text()
    verdicts = {
        prove_rtl(written(tmp_path, flipped_bit(text, table, 0)), net).complete
        for table in range(0, tables(text), tables(text) // 4)
    }
    assert False in verdicts


def test_a_difference_names_layer_neuron_and_bit_and_can_be_seen(tmp_path):
    net = ZOO["one_bit"]
    good = write_rtl(net, tmp_path).verilog
    text = good.read_text()
    for table in range(tables(text)):
        path = written(tmp_path, flipped_bit(text, table, 0))
        proof = prove_rtl(path, net)
        if proof.differences and proof.differences[0].layer == "dense_1":
            break
    difference = proof.differences[0]
    assert difference.x is not None and difference.x.shape == (60,)
    assert difference.received == 1 - difference.expected
    assert f"dense_1, neuron {difference.neuron}, bit {difference.bit}" in str(proof)
    assert str(proof).startswith("not the network")


def test_swapped_wires_are_found_or_harmless(tmp_path):
    net = ZOO["two_bits"]
    text = write_rtl(net, tmp_path).verilog.read_text()
    for cell in range(0, 30, 10):
        path = written(tmp_path, swapped_pins(text, cell))
        assert prove_rtl(path, net).complete == simulated(path, net)


def test_another_network_is_not_proven(tmp_path):
    net = ZOO["two_bits"]
    head = net.layers[-1]
    other = replace(net, layers=(*net.layers[:-1], type(head)(head.bias + 1)))
    proof = prove_rtl(write_rtl(net, tmp_path).verilog, other)
    assert not proof.complete
    assert "proved for every input" not in str(proof)


def test_a_register_more_in_one_path_is_found(tmp_path):
    net = ZOO["two_bits"]
    text = write_rtl(net, tmp_path).verilog.read_text()
    valid = "always @(posedge clk) out_valid <= in_valid;\n"
    before, after = text.split(valid, 1)
    extra = "reg late; always @(posedge clk) late <= x[0];\n"
    late = before + valid + extra + after.replace("(x[0])", "(late)", 1)
    proof = prove_rtl(written(tmp_path, late), net)
    assert not proof.complete and "clock cycles" in proof.message


def test_a_family_is_named(tmp_path):
    with pytest.raises(ValueError, match="`family` must be one of xilinx, ecp5, gatemate, generic"):
        prove_pipeline(read_circuit(tmp_path / "top.v", "ice40"), ZOO["one_bit"])
