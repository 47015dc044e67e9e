"""The smallest input differs in simulation, and no value of it can be 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import Proof, prove_rtl
from hls_projects.rtl import RtlDesign, RtlSimulation, write_rtl
from tests.hls_projects.proof.broken import flipped_bit, swapped_pins, tables, written
from tests.hls_projects.zoo import ZOO


def faults(text: str, seed: int):
    """The text with one bit of a table flipped, or two wires of a LUT exchanged, in turn."""
    rng = np.random.default_rng(seed)
    for number in range(40):
        cell = int(rng.integers(tables(text)))
        yield flipped_bit(text, cell, int(rng.integers(64))) if number % 2 else swapped_pins(
            text, number)


def faulty(net: IntegerNetwork, folder, seed: int) -> tuple[RtlDesign, Proof]:
    """Verilog with a fault that an input shows, and what the proof says."""
    good = write_rtl(net, folder)
    for text in faults(good.verilog.read_text(), seed):
        bad = replace(good, verilog=written(folder, text))
        proof = prove_rtl(bad.verilog, net)
        if proof.counterexample is not None:
            return bad, proof
    raise AssertionError("no fault that an input shows")


def without_each(x: np.ndarray) -> np.ndarray:
    """Inputs (nonzeros, *shape), each with another value of one set to 0."""
    places = np.flatnonzero(x)
    found = np.repeat(x[None], len(places), axis=0).reshape(len(places), -1)
    found[np.arange(len(places)), places] = 0
    return found.reshape(-1, *x.shape)


@pytest.mark.parametrize("name", ["one_bit", "bytes", "images", "signed_bits"])
def test_a_simulation_shows_it_and_no_value_can_be_0(name, tmp_path):
    net = ZOO[name]
    bad, proof = faulty(net, tmp_path, seed=3)
    simulation = RtlSimulation(bad)
    found = proof.counterexample.simulate(simulation.predict, net.predict_integers)
    assert found.confirmed and not found.refuted, found.confirmation
    np.testing.assert_array_equal(found.simulated, found.evaluated)
    np.testing.assert_array_equal(found.simulated, simulation.predict(found.inputs))
    np.testing.assert_array_equal(found.expected, net.predict_integers(found.inputs))
    assert found.difference.smallest
    smaller = without_each(found.inputs[0])
    same = simulation.predict(smaller) == net.predict_integers(smaller)
    assert same.all()


def test_the_line_names_layer_neuron_bit_and_who_says_so(tmp_path):
    net = ZOO["images"]
    bad, proof = faulty(net, tmp_path, seed=3)
    one = proof.differences[0]
    assert proof.counterexample.difference is one
    proof.counterexample = proof.counterexample.simulate(
        RtlSimulation(bad).predict, net.predict_integers)
    nonzero = np.count_nonzero(one.x)
    assert str(proof).startswith(
        f"not the network: {one.layer}, neuron {one.neuron}, bit {one.bit} ({one.net}): "
        f"{one.received} instead of {one.expected} at an input of the network with {nonzero} "
        "nonzero of 20, none of which can be 0; simulation confirms it: logit ")


def test_a_difference_that_no_vector_reaches_is_sought_at_random_inputs(tmp_path):
    """Vectors stand beside the levels of the first layer; this fault is in the second one."""
    net = ZOO["images"]
    text = write_rtl(net, tmp_path).verilog.read_text()
    proof = prove_rtl(written(tmp_path, flipped_bit(text, 60, 3)), net)
    assert proof.counterexample is not None, str(proof)
    assert proof.counterexample.difference.layer == "dense_2"
