"""Neurons that are equal or each other's complement: right Verilog of them is proved."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.kinds import Dense, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_pipeline, read_circuit
from hls_projects.proof.sums.reach import Reach
from hls_projects.rtl import write_rtl
from tests.hls_projects.proof.faults import FAULTS, copied


def with_twins(seed):
    """A layer of four neurons; a copy, two kinds of complement, and a negated one of these."""
    rng = np.random.default_rng(seed)
    bits, inputs = 1 + seed % 3, 20
    w = rng.choice([-1, 0, 1], (inputs, 4)).astype(np.int8)
    v = np.sort(rng.integers(-8, 9, (4, (1 << bits) - 1)), axis=1)
    ones = np.ones(4, np.int64)
    below = (v - 1)[:, ::-1]  # v ≤ x, as often as not x ≤ v − 1
    twins = [(w[:, :1], v[:1], 1), (w[:, 1:2], below[1:2], -1), (-w[:, 2:3], -v[2:3], -1),
             (-w[:, 3:], -below[3:], 1)]
    weights = np.hstack([w, *(t[0] for t in twins)])
    levels = np.vstack([v, *(t[1] for t in twins)]).astype(np.int32)
    direction = np.concatenate([ones, [t[2] for t in twins]]).astype(np.int8)
    second = rng.choice([-1, 0, 1, 1, -1], (8, 3)).astype(np.int8)
    after = Levels(np.sort(rng.integers(-4, 5, (3, 3)), axis=1).astype(np.int32),
                   np.ones(3, np.int8))
    last = Dense(rng.choice([-1, 1], (3, 2)).astype(np.int8)), Head(np.array([0, 3], np.int32))
    form = InputFormat(1, False, 1.0, (inputs,))
    return IntegerNetwork(
        form, (Dense(weights), Levels(levels, direction), Dense(second), after, *last))


@pytest.mark.parametrize("seed", range(6))
def test_right_verilog_is_proved(tmp_path, seed):
    net, family = with_twins(seed), ("xilinx", "generic", "ecp5")[seed % 3]
    circuit = read_circuit(write_rtl(net, tmp_path, target=family).verilog, family)
    proof = prove_pipeline(circuit, net)
    assert proof.complete, str(proof)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_broken_is_simulated_before_it_is_proved(tmp_path, seed):
    import random

    from hls_projects.proof.circuit import CircuitError
    from hls_projects.proof.diagrams import Lanes
    from hls_projects.proof.pipeline import to_word

    net = with_twins(seed)
    circuit = read_circuit(write_rtl(net, tmp_path).verilog)
    x = np.random.default_rng(0).integers(0, 2, (4000, 20)).astype(np.int32)
    logits, y, lanes = net.predict_integers(x), circuit.outputs["y"], Lanes(len(x))
    words = {wire: to_word(x[:, i].astype(bool)) for i, wire in enumerate(circuit.inputs["x"])}
    width, rng, refused = len(y) // net.classes, random.Random(seed), 0
    for fault in FAULTS[:4] * 3:
        changed = copied(circuit)
        fault(changed, rng)
        if not prove_pipeline(copied(changed), net).complete:
            refused += 1
            continue
        try:
            found = changed.evaluate(y, dict(words), lanes)
        except CircuitError:
            pytest.fail(f"proved, though it cannot be simulated: {fault.__doc__}")
        for i, wire in enumerate(y):
            assert found[wire] == to_word((logits[:, i // width] >> i % width & 1).astype(bool))
    assert refused > 3


def test_sums_of_values_that_share_a_net():
    codes = [np.array([0, 1])] * 3
    literals = [((5, False),), ((5, True),), ((6, False),)]
    lowest, occur = Reach(literals, (False,) * len(literals), codes).sums(np.array([1, 1, 2]), 10)
    assert lowest == 11 and np.flatnonzero(occur).tolist() == [0, 2]
    lowest, occur = Reach(literals, (False,) * len(literals), codes).sums(np.array([3, -2, 0]), 0)
    assert lowest == -2 and np.flatnonzero(occur).tolist() == [0, 5]


@pytest.mark.parametrize("nets", [4, 14])
def test_sums_are_those_of_all_assignments(nets):
    """Above the limit of nets that are tried together, none that occurs is left out."""
    rng = np.random.default_rng(nets)
    literals = [tuple((int(n), bool(rng.integers(2))) for n in rng.integers(1, nets + 1, 2))
                for _ in range(10)]
    weights = rng.integers(-3, 4, 10)
    rows = np.arange(1 << nets)
    values = [sum(((rows >> net - 1 & 1) ^ inverted) << place
                  for place, (net, inverted) in enumerate(pair)) for pair in literals]
    codes = [np.unique(value) for value in values]
    lowest, occur = Reach(literals, (False,) * len(literals), codes).sums(weights, 0)
    sums = np.unique(np.array(values).T @ weights)
    assert set(sums.tolist()) <= {lowest + int(i) for i in np.flatnonzero(occur)}
