"""A conversion goes on whatever the checker does, and never says proved without a proof."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

import hls_projects.proof
from hls_projects.conversion.rtl.verilog_design import Verilog, VerilogDesign
from hls_projects.conversion.rtl.verilog_proof import proof_work, prove_class_of, prove_written
from hls_projects.families import XILINX
from hls_projects.kinds import Dense, Head, MaxPool
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import Difference, Proof
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.emit.timed_top import write_timed_top
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.proof.broken import flipped_bit
from tests.hls_projects.zoo import ZOO

POOLED = image_network((6, 6, 1), [(2, (2, 2), (1, 1), "valid"), MaxPool((2, 2), (2, 2))])


def proved(network, prove=None, time_multiplex=False):
    found = Verilog()
    options = SimpleNamespace(prove=prove, seconds=60.0, time_multiplex=time_multiplex)
    written = SimpleNamespace(family=XILINX, design=SimpleNamespace(verilog="top.v"))
    prove_written(found, network, written, options, lambda description: nullcontext())
    return found


@pytest.mark.parametrize("error", [KeyError("x"), ImportError("dd"), ValueError("no")])
def test_a_checker_that_fails_is_a_failure_and_no_crash(monkeypatch, error):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(hls_projects.proof, "prove_rtl", fails)
    found = proved(ZOO["one_bit"])
    assert found.proofs == ["Verilog for xilinx: not proved, since the checker failed"]
    assert type(error).__name__ in found.failures[0]


@pytest.mark.parametrize(
    ("proof", "failures"),
    [(Proof(3, 3), 0), (Proof(2, 3, unknown=["y"]), 0), (Proof(message="a loop"), 0), (Proof(), 0),
     (Proof(2, 3, [Difference("dense_1", 0, 0, "y")]), 1),
     (Proof(3, 3, misplaced="window_1: bit 0 of y"), 1)],
)
def test_only_a_complete_proof_says_proved_for_every_input(monkeypatch, proof, failures):
    monkeypatch.setattr(hls_projects.proof, "prove_rtl", lambda *_, **__: proof)
    found = proved(ZOO["one_bit"])
    assert ("proved for every input" in found.proofs[0]) == proof.complete
    assert len(found.failures) == failures


def test_time_multiplexed_layers_are_only_simulated():
    found = proved(POOLED, prove=True, time_multiplex=True)
    assert found.proofs == [
        "Verilog for xilinx: simulated only, as time-multiplexed layers are"
    ]
    assert not found.failures


def test_streams_of_pixels_are_proved(tmp_path):
    design = write_rtl(POOLED, tmp_path)
    found = Verilog()
    options = SimpleNamespace(prove=None, seconds=60.0, time_multiplex=False)
    written = SimpleNamespace(family=XILINX, design=design)
    prove_written(found, POOLED, written, options, lambda description: nullcontext())
    assert found.proofs[0].startswith("Verilog for xilinx: proved for every input: ")


@pytest.mark.parametrize(("prove", "line"), [
    (None, "class of timed_top.v for xilinx: proved for every input: 2 of 2 outputs, "),
    (False, None),
])
def test_the_class_of_the_wrapper_is_proved(tmp_path, prove, line):
    design = write_rtl(POOLED, tmp_path)
    written = VerilogDesign(XILINX, design, write_timed_top(design, 5.0))
    found, options = Verilog(), SimpleNamespace(prove=prove, seconds=60.0)
    prove_class_of(found, POOLED, written, options, lambda description: nullcontext())
    assert not found.failures and len(found.proofs) == (line is not None)
    assert all(proof.startswith(line) for proof in found.proofs)


@pytest.mark.parametrize("simulated", [True, False])
def test_an_input_that_shows_a_difference_is_simulated_where_that_is_possible(
    tmp_path, simulated
):
    net = ZOO["images"]
    design = write_rtl(net, tmp_path)
    design.verilog.write_text(flipped_bit(design.verilog.read_text(), 0, 3))
    found = Verilog()
    options = SimpleNamespace(prove=None, seconds=60.0, time_multiplex=False)
    simulation = RtlSimulation(design) if simulated else None
    written = SimpleNamespace(family=XILINX, design=design, simulation=simulation)
    prove_written(found, net, written, options, lambda description: nullcontext())
    assert found.counterexamples["xilinx"].confirmed == simulated
    assert ("simulation confirms it" if simulated else "not simulated") in found.failures[0]
    assert found.failures == found.proofs


def test_wide_weights_and_inputs_count_as_often_as_they_take_longer():
    ternary = network((8, 6, 4), seed=3)
    assert proof_work(ternary) == ternary.nonzeros
    wide = Dense(np.array([[7, -1], [5, 0]], np.int8)), Head(np.zeros(2, np.int32))
    # 7 = 8 − 1 and 5 = 4 + 1 have two digits each; each is of six bits, as three weights of two.
    assert proof_work(IntegerNetwork(InputFormat(6, False, 1.0, (2,)), wide)) == 5 * 3
