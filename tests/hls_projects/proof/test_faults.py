"""What is changed and still proved is right on every input; what is wrong is never proved."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hls_projects.kinds import Dense, Head, Levels
from hls_projects.proof import pipeline, prove_pipeline, section, vectors
from hls_projects.proof.circuit import CircuitError
from tests.hls_projects.proof.faults import FAULTS, copied, right, small

CASES = [(0, "xilinx"), (6, "generic"), (12, "ecp5")]


@pytest.fixture(params=[None, 16], ids=["vectors", "few_vectors"])
def guesses(request, monkeypatch):
    """With few vectors, registers are taken for wrong bits, and only the proof can tell."""
    def few(block, seed=1):
        found = vectors.block_vectors(block, seed)
        return np.random.default_rng(0).permutation(found)[: request.param]

    for module in (section, pipeline):
        monkeypatch.setattr(module, "block_vectors", few)


@pytest.mark.parametrize(("seed", "family"), CASES)
def test_only_what_is_right_on_every_input_is_proved(guesses, seed, family):
    net, circuit = small(seed, family)
    assert right(circuit, net) and prove_pipeline(copied(circuit), net).complete
    rng, found = random.Random(seed), Counter()
    for fault in FAULTS * 2:
        changed = copied(circuit)
        fault(changed, rng)
        proved = prove_pipeline(copied(changed), net).complete
        try:
            is_right = right(changed, net)
        except CircuitError:  # a loop
            is_right = False
        assert is_right or not proved, fault.__doc__
        found[fault, is_right, proved] += 1
    assert sum(n for (_, is_right, _), n in found.items() if not is_right) >= len(FAULTS)
    assert any(is_right and proved for _, is_right, proved in found)


def other_weight(layer, rng):
    weights = layer.weights.copy()
    weights[rng.integers(weights.shape[0]), rng.integers(weights.shape[1])] = rng.integers(-1, 2)
    return Dense(weights)


def other_level(layer, rng):
    levels, row = layer.levels.astype(np.int64), rng.integers(len(layer.direction))
    levels[row] = np.clip(levels[row] + rng.choice([-1, 1]), -(1 << 31), (1 << 31) - 1)
    return Levels(levels.astype(np.int32), layer.direction)


def other_bias(layer, rng):
    return Head(layer.bias + rng.integers(0, 2, layer.bias.shape, np.int32))


@pytest.mark.parametrize(("seed", "family"), CASES)
def test_another_network_is_only_proved_where_it_is_equal(guesses, seed, family):
    net, circuit = small(seed, family)
    change = {"dense": other_weight, "threshold": other_level, "head": other_bias}
    rng = np.random.default_rng(seed)
    for place in range(len(net.layers)):
        layers = list(net.layers)
        layers[place] = change[layers[place].kind](layers[place], rng)
        other = replace(net, layers=tuple(layers))
        proved = prove_pipeline(copied(circuit), other).complete
        assert right(circuit, other) or not proved
