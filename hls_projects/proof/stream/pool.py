"""Max pools: every bit of every channel as a diagram over the values of its window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from hls_projects.proof.circuit import Circuit
from hls_projects.proof.diagrams import Diagrams, TooManyNodes
from hls_projects.proof.result import Difference, Proof
from hls_projects.proof.section import Values

MOST_NODES = 1_000_000


def prove_pool(
    circuit: Circuit, name: str, channels: int, values: Values, proof: Proof
) -> Values:
    """Compares port y with the largest values of port x, pixels side by side.

    Args:
        circuit: with ports x and y.
        name: of the layer.
        channels: of a pixel.
        values: of port x.
        proof: what is found is added to it.
    """
    x, y, bits = circuit.inputs["x"], circuit.outputs["y"], values.bits
    proof.outputs += len(y)
    made = []
    for channel in range(channels):
        places = range(channel, len(values.codes), channels)
        taps = [x[place * bits : (place + 1) * bits] for place in places]
        outputs = y[channel * bits : (channel + 1) * bits]
        codes = [values.codes[place] for place in places]
        verdicts = _compare(circuit, taps, outputs, codes, values.signed)
        for place, (net, right) in enumerate(zip(outputs, verdicts, strict=True)):
            if right is None:
                proof.unknown.append(circuit.name(net))
            elif right:
                proof.proven += 1
                proof.by_diagrams += 1
            else:
                proof.differences.append(Difference(name, channel, place, circuit.name(net)))
        made.append(np.unique(np.concatenate(codes)))
    return Values(bits, values.signed, tuple(made))


def _compare(
    circuit: Circuit,
    taps: Sequence[Sequence[int]],
    outputs: Sequence[int],
    codes: Sequence[np.ndarray],
    signed: bool,
) -> list[bool | None]:
    """Whether each bit is the largest value's; None where diagrams grew too large."""
    # Bits of equal weight side by side, the highest first, which keeps comparisons small.
    order = list(dict.fromkeys(net for place in zip(*taps, strict=True) for net in place))[::-1]
    diagrams = Diagrams(len(order), MOST_NODES)
    variables = dict(zip(order, diagrams.variables, strict=True))
    try:
        found = circuit.evaluate(outputs, dict(variables), diagrams)
        numbers = [[variables[net] for net in tap] for tap in taps]
        care = diagrams.true
        for number, own in zip(numbers, codes, strict=True):
            if len(own) < 1 << len(number):
                care &= diagrams.one_of(number, [int(c) % (1 << len(number)) for c in own])
        largest = reduce(lambda a, b: _larger(diagrams, a, b, signed), numbers)
        return [
            diagrams.differ(found[net], bit) & care == diagrams.false
            for net, bit in zip(outputs, largest, strict=True)
        ]
    except TooManyNodes:
        return [None] * len(outputs)


def _larger(diagrams: Diagrams, a: list[Any], b: list[Any], signed: bool) -> list[Any]:
    """The larger one of two numbers."""
    above = diagrams.false
    for place, (low, high) in enumerate(zip(a, b, strict=True)):
        if signed and place == len(a) - 1:
            low, high = high, low
        above = (high & ~low) | (above & ~diagrams.differ(high, low))
    return [diagrams.gate("mux", (low, high, above)) for low, high in zip(a, b, strict=True)]
