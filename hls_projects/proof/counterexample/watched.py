"""A netlist and the network's steps side by side, on inputs that are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hls_projects.proof.blocks import Block
from hls_projects.proof.circuit import Circuit
from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.graph.steps import Pool
from hls_projects.proof.pipeline import to_word
from hls_projects.proof.section import Values


class Watched:
    """A section as it was read, before a proof replaces anything in it.

    Args:
        circuit: with ports x and y.
        steps: what the network does between them.
        values: of port x.
    """

    def __init__(self, circuit: Circuit, steps: Sequence[Block | Pool], values: Values) -> None:
        # A proof drives registers from others that they equal.
        self.circuit = replace(circuit, functions=dict(circuit.functions),
                               registers=dict(circuit.registers))
        self.steps, self.values = steps, values

    def before(self, difference: Difference, x: np.ndarray) -> np.ndarray:
        """What the network has at the inputs of a difference's layer, (samples, values)."""
        return _after(self.steps[: difference.spot.step], x)

    def bits(self, difference: Difference, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A difference's bit in the network and in the netlist, both int (samples,)."""
        spot = difference.spot
        wanted = _after(self.steps[: spot.step + 1], x)[:, spot.neuron] >> difference.bit & 1
        (found,) = self._evaluated([spot.net], x).T
        return wanted, found ^ spot.inverted

    def logits(self, x: np.ndarray) -> np.ndarray:
        """The numbers at port y of the netlist, two's complement, (samples, numbers)."""
        y, numbers = self.circuit.outputs["y"], self.steps[-1].neurons
        width = len(y) // numbers
        weights = 1 << np.arange(width)
        weights[-1] *= -1
        return self._evaluated(y, x).reshape(len(x), numbers, width) @ weights

    def port_differs(self, x: np.ndarray) -> np.ndarray:
        """At which inputs a bit of port y is not the network's, bool (samples,)."""
        bits = len(self.circuit.outputs["y"]) // self.steps[-1].neurons
        # Numbers without a sign have the same bits.
        return ((self.logits(x) - _after(self.steps, x)) % (1 << bits)).any(axis=1)

    def _evaluated(self, nets: Sequence[int], x: np.ndarray) -> np.ndarray:
        """Bits of nets, int64 (samples, nets)."""
        words, ports = {}, iter(self.circuit.inputs["x"])
        for number, bits in enumerate(self.values.bits):
            for place in range(bits):
                words[next(ports)] = to_word((x[:, number] >> place & 1).astype(bool))
        found = self.circuit.evaluate(nets, words, Lanes(len(x)))
        return np.array([_bits(found[net], len(x)) for net in nets]).T


def _bits(word: int, count: int) -> np.ndarray:
    """The opposite of to_word."""
    held = np.frombuffer(word.to_bytes(-(-count // 8), "little"), np.uint8)
    return np.unpackbits(held, bitorder="little")[:count].astype(np.int64)


def _after(steps: Sequence[Block | Pool], values: np.ndarray) -> np.ndarray:
    """Values (samples, values) after steps of the network."""
    for step in steps:
        if isinstance(step, Block):
            values = step.results(step.sums(values))
        else:
            values = np.column_stack([values, *_largest(step, values)])
    return values


def _largest(pool: Pool, values: np.ndarray) -> list[np.ndarray]:
    """What a pool makes, each (samples,)."""
    found = []
    for taps, floor in zip(pool.taps, pool.floors, strict=True):
        least = np.iinfo(np.int64).min if floor is None else floor
        found.append(values[:, list(taps)].max(axis=1, initial=least))
    return found
