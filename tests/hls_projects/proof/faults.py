"""Circuits with something changed, and their clocked simulation on every input there is."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import read_circuit
from hls_projects.proof.circuit import Circuit, Function, Register
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.pipeline import to_word
from hls_projects.rtl import write_rtl
from tests.hls_projects.networks import network

BUFFER = Function((("buffer", (2,)),), 3)
NOT = Function((("not", (2,)),), 3)
SETTLED = 32  # clock cycles after which no register holds what it began with


@cache
def small(seed: int, family: str) -> tuple[IntegerNetwork, Circuit]:
    """A network of twelve input bits, and its Verilog as it is read."""
    bits = (1, 2, 3, 1)[seed % 4]
    net = network((12 // bits, 9, 7, 4), input_bits=bits, signed=seed % 3 == 2,
                  bits=1 + seed % 3, density=0.9, seed=seed)
    with TemporaryDirectory() as folder:
        return net, read_circuit(write_rtl(net, Path(folder), target=family).verilog, family)


def copied(circuit: Circuit) -> Circuit:
    ports = ({k: list(v) for k, v in p.items()} for p in (circuit.inputs, circuit.outputs))
    return Circuit(dict(circuit.functions), dict(circuit.registers), *ports, [],
                   dict(circuit.names))


def right(circuit: Circuit, net: IntegerNetwork) -> bool:
    """Whether all inputs, one a clock cycle in random order, give their logits in time.

    Bit t of a word is a net's value in cycle t; registers shift.
    """
    rng = np.random.default_rng(1)
    form, wires = net.input, circuit.inputs["x"]
    codes = np.concatenate([rng.permutation(1 << len(wires)) for _ in range(2)])
    lanes = Lanes(len(codes))
    words = {wire: to_word(codes >> i & 1) for i, wire in enumerate(wires)}
    words |= {0: 0, 1: lanes.true}
    valid = words[circuit.inputs["in_valid"][0]] = to_word(rng.integers(0, 2, len(codes)))
    y, (out_valid,) = circuit.outputs["y"], circuit.outputs["out_valid"]
    for wire in circuit.in_order([*y, out_valid], words):
        if wire in circuit.registers:
            words[wire] = words[circuit.registers[wire].data] << 1 & lanes.true
        elif wire in circuit.functions:
            words[wire] = circuit.evaluate([wire], words, lanes)[wire]
        else:
            words[wire] = to_word(rng.integers(0, 2, len(codes)))
    places = form.bits * np.arange(len(wires) // form.bits)
    x = codes[:, None] >> places & (1 << form.bits) - 1
    x = np.where(form.signed & (x > form.highest), x - (1 << form.bits), x).astype(np.int32)
    logits = net.predict_integers(x)
    width = len(y) // net.classes
    wanted = {i: to_word(logits[:, i // width] >> i % width & 1) for i in range(len(y))}

    def late(cycles: int) -> bool:
        pairs = [(words[out_valid], valid), *((words[w], wanted[i]) for i, w in enumerate(y))]
        return not any((a ^ b << cycles) & lanes.true >> SETTLED << SETTLED for a, b in pairs)

    return any(late(cycles) for cycles in range(12))


def _table(c: Circuit, r: random.Random) -> None:
    """One entry of a function's table is inverted."""
    net = r.choice([n for n in c.functions if c.functions[n][1]])
    function, pins = c.functions[net]
    gates, last = list(function.gates), 1
    for pin in range(len(pins)):
        gates.append((r.choice(["and", "andnot"]), (last, 2 + pin)))
        last = 1 + len(pins) + len(gates)
    gates.append(("xor", (function.result, last)))
    c.functions[net] = Function(tuple(gates), 1 + len(pins) + len(gates)), pins


def _pins(c: Circuit, r: random.Random, other: Callable[[Circuit, random.Random], int]) -> None:
    net = r.choice([n for n in c.functions if c.functions[n][1]])
    function, pins = c.functions[net]
    place = r.randrange(len(pins))
    c.functions[net] = function, (*pins[:place], other(c, r), *pins[place + 1 :])


def _wire(c: Circuit, r: random.Random) -> None:
    """A pin is connected to another net."""
    _pins(c, r, lambda c, r: r.choice([*c.functions, *c.registers, *c.inputs["x"]]))


def _constant(c: Circuit, r: random.Random) -> None:
    """A pin, such as a carry-in, is constant or not connected."""
    _pins(c, r, lambda c, r: r.choice([0, 1, -99]))


def _registers(c: Circuit, r: random.Random) -> None:
    """Two registers are exchanged."""
    a, b = r.choice(list(c.registers)), r.choice(list(c.registers))
    c.registers[a], c.registers[b] = c.registers[b], c.registers[a]


def _no_register(c: Circuit, r: random.Random) -> None:
    """A register is a wire."""
    net = r.choice(list(c.registers))
    c.functions[net] = BUFFER, (c.registers.pop(net).data,)


def _late(c: Circuit, r: random.Random) -> None:
    """A pin is connected by way of one more register."""
    new = max([*c.functions, *c.registers]) + 1
    c.registers[new] = Register(r.choice([*c.functions, *c.inputs["x"]]), c.inputs["clk"][0])
    _pins(c, r, lambda c, r: new)


def _complement(c: Circuit, r: random.Random) -> None:
    """A register holds the complement, and its readers may or may not know."""
    net, new = r.choice(list(c.registers)), max([*c.functions, *c.registers]) + 1
    register = c.registers.pop(net)
    c.functions[new + 1] = NOT, (register.data,)
    c.registers[new] = Register(new + 1, register.clock)
    c.functions[net] = r.choice([NOT, NOT, BUFFER]), (new,)


def _port(c: Circuit, r: random.Random) -> None:
    """Bits of port y are exchanged, or one stands twice, or is inverted."""
    y, new = c.outputs["y"], max([*c.functions, *c.registers]) + 1
    i, j, kind = r.randrange(len(y)), r.randrange(len(y)), r.randrange(3)
    if kind == 2:
        c.functions[new] = NOT, (y[i],)
        y[i] = new
    else:
        y[i], y[j] = y[j], y[i] if kind else y[j]


FAULTS = (_table, _wire, _constant, _registers, _no_register, _late, _complement, _port)
