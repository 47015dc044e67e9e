"""Networks with branches and images that are written out all at once."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from hls_projects.kinds import (
    Add,
    Concatenate,
    Conv2D,
    Crop,
    Dense,
    Flatten,
    Head,
    Levels,
    MaxPool,
    Pad,
    SumPool,
)
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_pipeline, prove_rtl, read_circuit
from hls_projects.proof.circuit import CircuitError
from hls_projects.rtl import write_rtl
from hls_projects.rtl.stream.stream_plan import streams
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import ternary, threshold
from tests.hls_projects.proof.faults import FAULTS, copied, right


def pools(signed: bool) -> IntegerNetwork:
    """Pools of inputs and of levels, some with zeros around, in an order that no stream has."""
    rng = np.random.default_rng(3 if signed else 7)  # logits of several values
    layers = (
        MaxPool((1, 2), (1, 1)),
        Pad(((0, 1), (0, 0))),
        Conv2D(ternary(rng, 4, 4, 0.7).reshape(2, 2, 1, 4)),
        threshold(rng, 4, 2, 3),
        Pad(((0, 0), (1, 0))),
        MaxPool((2, 2), (1, 1), "same"),
        SumPool((1, 2), (1, 1), 4),
        Crop(((0, 1), (0, 0))),
        threshold(rng, 4, 2, 3),
        Flatten(),
        Dense(ternary(rng, 4, 3, 0.9)),
        Head(np.zeros(3, np.int32)),
    )
    return IntegerNetwork(InputFormat(2, signed, 1.0, (2, 3, 1)), layers)


NETWORKS = {
    "sums of branches": branched(signed=True),
    "unsigned": branched(seed=1, signed=False),
    "pools": pools(signed=False),
    "signed pools": pools(signed=True),
}


@pytest.mark.parametrize("family", ["xilinx", "ecp5", "generic"])
@pytest.mark.parametrize("name", NETWORKS)
def test_is_proved(name, family, tmp_path):
    network = NETWORKS[name]
    assert not streams(network)
    proof = prove_rtl(write_rtl(network, tmp_path, target=family).verilog, network, family)
    assert proof.complete, str(proof)


def shortcut(seed: int) -> IntegerNetwork:
    """Activations that go past a layer, and are added to what it makes."""
    rng = np.random.default_rng(seed)
    layers = (
        Dense(ternary(rng, 6, 5, 0.7)), threshold(rng, 5, 2, 3),
        Dense(ternary(rng, 5, 5, 0.8)), threshold(rng, 5, 2, 4),
        Add((0, 0), (1, 1)), threshold(rng, 5, 2, 4),
        Dense(ternary(rng, 5, 2, 0.8)), Head(np.zeros(2, np.int32)),
    )
    sources = ((-1,), (0,), (1,), (2,), (1, 3), (4,), (5,), (6,))
    return IntegerNetwork(InputFormat(3, True, 1.0, (6,)), layers, sources=sources)


@pytest.mark.parametrize("period", [1.2, 1.6, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_registers_that_hold_only_what_goes_past(seed, period, tmp_path):
    """Layers joined in a cycle: the row in the middle holds none of the second layer's bits."""
    network = shortcut(seed)
    verilog = write_rtl(network, tmp_path, optimize="balanced", clock_period=period).verilog
    proof = prove_rtl(verilog, network)
    assert proof.complete, str(proof)


@pytest.mark.parametrize("signed", [False, True])
def test_a_pool_of_zeros_alone(signed, tmp_path):
    rng = np.random.default_rng(4)
    layers = (
        Pad(((1, 0), (0, 0))), MaxPool((1, 3), (1, 1)),
        Conv2D(ternary(rng, 2, 4, 0.9).reshape(2, 1, 1, 4)), threshold(rng, 4, 2, 2),
        Crop(((0, 1), (0, 0))), Flatten(), Dense(ternary(rng, 4, 3, 0.9)),
        Head(np.zeros(3, np.int32)),
    )
    network = IntegerNetwork(InputFormat(2, signed, 1.0, (2, 3, 1)), layers)
    assert not streams(network)
    proof = prove_rtl(write_rtl(network, tmp_path).verilog, network)
    assert proof.complete, str(proof)


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.__name__.strip("_"))
@pytest.mark.parametrize("signed", [False, True])
def test_what_is_changed_and_proved_all_the_same_is_right(kind, signed, tmp_path):
    network = pools(signed)
    circuit = read_circuit(write_rtl(network, tmp_path).verilog)
    assert right(circuit, network)
    wrong = 0
    for seed in range(12):
        changed = copied(circuit)
        kind(changed, random.Random(seed))
        try:
            harmless = right(changed, network)
        except CircuitError:  # a loop
            harmless = False
        wrong += not harmless
        if not harmless:
            assert not prove_pipeline(changed, network).complete, seed
    assert wrong


def test_another_network_is_not_proved(tmp_path):
    network = branched()
    verilog = write_rtl(network, tmp_path).verilog
    levels = network.layers[7].levels.copy()
    row = int(np.flatnonzero(np.abs(levels[:, 0]) < 100)[0])
    levels[row] += network.layers[7].direction[row]
    layers = list(network.layers)
    layers[7] = Levels(levels, network.layers[7].direction)
    other = replace(network, layers=tuple(layers))
    assert not prove_rtl(verilog, other).complete


def test_neurons_that_are_complements_by_other_sums_stand_on_one_net(tmp_path):
    layers = (
        Dense(np.array([[8, -16, 24]], np.int8)),
        Levels(np.array([[10], [-20], [30]], np.int32), np.ones(3, np.int8)),
        Dense(np.array([[1], [1], [0]], np.int8)),
        Head(np.zeros(1, np.int32)),
    )
    network = IntegerNetwork(InputFormat(2, False, 1.0, (1,)), layers)
    assert prove_rtl(write_rtl(network, tmp_path).verilog, network).complete


def test_wide_values_that_go_on_are_simulated(tmp_path):
    layers = (
        Dense(np.eye(2, dtype=np.int8)),
        Levels(np.array([[3], [300]], np.int32), np.ones(2, np.int8)),
        Concatenate((0, 0)),
        Dense(np.ones((4, 2), np.int8)),
        Head(np.zeros(2, np.int32)),
    )
    network = IntegerNetwork(InputFormat(9, False, 1.0, (2,)), layers,
                             sources=((-1,), (0,), (1, -1), (2,), (3,)))
    proof = prove_rtl(write_rtl(network, tmp_path).verilog, network)
    assert "simulated" in proof.message
