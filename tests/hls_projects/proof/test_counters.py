"""Replacing counters leaves the sum as it is, for whatever the circuit computes."""

from __future__ import annotations

import random

import pytest

from hls_projects.proof import prove_pipeline
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.sums import cone as cones
from hls_projects.proof.sums import counters
from tests.hls_projects.proof.faults import FAULTS, copied, small

SAMPLES = 128


@pytest.mark.parametrize("widest", [3, 8])
@pytest.mark.parametrize(("seed", "family"), [(0, "xilinx"), (3, "generic")])
def test_the_sum_stays(monkeypatch, seed, family, widest):
    reduce, rng, replaced = counters.CounterCone.reduce, random.Random(seed), []

    def checked(cone, *enough):
        before, begin = cone.total, list(cone._weights)
        reduce(cone, *enough)
        lanes = Lanes(SAMPLES)
        words = {0: 0} | {net: rng.getrandbits(SAMPLES) for net in begin}
        wanted = {*cone.total.weights, *cone.aliases, *(net for net, _ in cone.aliases.values())}
        after = cone.circuit.evaluate(wanted, dict(words), lanes)
        for net, (root, inverted) in cone.aliases.items():
            assert after[net] == after[root] ^ (lanes.true if inverted else 0)
        for i in range(SAMPLES):
            assert _at(before, words, i) == _at(cone.total, after, i)
        replaced.append(cone.counters)

    monkeypatch.setattr(cones, "WIDEST", widest)
    monkeypatch.setattr(counters.CounterCone, "reduce", checked)
    net, circuit = small(seed, family)
    for fault in (None, *FAULTS[:4]):
        changed = copied(circuit)
        if fault:
            fault(changed, rng)
        prove_pipeline(changed, net)
    assert sum(replaced) > 10


def _at(total, words, i):
    found = total.offset + sum(w * (words[net] >> i & 1) for net, w in total.weights.items())
    return found + sum(
        w * all(words[net] >> i & 1 for net in nets) for nets, w in total.products.items()
    )
