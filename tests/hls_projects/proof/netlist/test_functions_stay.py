"""Folding constants and inlining nets leaves every function as it is."""

from __future__ import annotations

import random

import pytest

from hls_projects.proof.circuit import Circuit, Function
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.netlist.folding import fold_constants
from hls_projects.proof.netlist.inlining import inline_inner_nets

KINDS = {"buffer": 1, "not": 1, "and": 2, "nand": 2, "or": 2, "nor": 2, "xor": 2, "xnor": 2,
         "andnot": 2, "ornot": 2, "mux": 3, "nmux": 3}
INPUTS = range(2, 7)


def random_circuit(rng):
    """Nets 2 … 6 are inputs; each function has some gates over constants and nets before it."""
    functions = {}
    for net in range(7, 37):
        before = [0, 1, *INPUTS, *functions]
        pins = tuple(rng.choice(before) for _ in range(rng.randint(1, 4)))
        gates = []
        for _ in range(rng.randint(1, 5)):
            kind = rng.choice(list(KINDS))
            chosen = [rng.randrange(2 + len(pins) + len(gates)) for _ in range(KINDS[kind])]
            gates.append((kind, tuple(chosen)))
        result = rng.randrange(2 + len(pins) + len(gates))
        functions[net] = Function(tuple(gates), result), pins
    return Circuit(functions, {}, {"x": list(INPUTS)}, {"y": [36, 35, 34]})


@pytest.mark.parametrize("seed", range(40))
def test_every_net_that_stays_has_its_function(seed):
    rng = random.Random(seed)
    circuit = random_circuit(rng)
    lanes = Lanes(32)
    words = {0: 0, 1: lanes.true} | {
        net: sum((i >> place & 1) << i for i in range(32)) for place, net in enumerate(INPUTS)}
    before = circuit.evaluate(list(circuit.functions), dict(words), lanes)
    fold_constants(circuit)
    assert circuit.evaluate(list(before), dict(words), lanes) == before
    pins = sum(len(pins) for _, pins in circuit.functions.values())
    inline_inner_nets(circuit, set(range(7, 30)))
    left = circuit.evaluate(list(circuit.functions), dict(words), lanes)
    assert left == {net: before[net] for net in left} and {34, 35, 36} <= left.keys()
    assert sum(len(pins) for _, pins in circuit.functions.values()) <= pins
