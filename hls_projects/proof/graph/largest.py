"""Largest values: bits compared as diagrams over all values that each is the largest of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from hls_projects.proof.blocks import identity
from hls_projects.proof.circuit import FALSE, TRUE, Circuit, CircuitError, Function
from hls_projects.proof.diagrams import Diagrams, Lanes, TooManyNodes
from hls_projects.proof.graph.steps import Pool
from hls_projects.proof.neuron import Literal
from hls_projects.proof.pipeline import Checked, Front, to_word
from hls_projects.proof.sums.free_bits import FREE_NET

MOST_NODES = 1_000_000
# Nets that equal a bit on all vectors, of which so many are tried.
MOST_TRIED = 16


def compare_largest(
    circuit: Circuit,
    taps: Sequence[Sequence[Literal]],
    outputs: Sequence[Literal],
    codes: Sequence[np.ndarray],
    signed: bool,
) -> list[bool | None]:
    """Whether each output is that bit of the largest value; None where diagrams grew too large.

    Args:
        circuit: the netlist.
        taps: of each value, its bits, lowest first.
        outputs: taken for the bits of the largest one, lowest first.
        codes: of each value, those that occur.
        signed: whether the highest bit counts negative.
    """
    # Bits of equal weight side by side, the highest first, which keeps comparisons small.
    nets = (net for place in zip(*taps, strict=True) for net, _ in place if net != FALSE)
    order = list(dict.fromkeys(nets))[::-1]
    diagrams = Diagrams(len(order), MOST_NODES)
    variables = dict(zip(order, diagrams.variables, strict=True))
    try:
        wanted = [net for net, _ in outputs]
        found = circuit.evaluate(wanted, dict(variables), diagrams)
        numbers = [[_bit(diagrams, variables, bit) for bit in tap] for tap in taps]
        care = diagrams.true
        for number, own in zip(numbers, codes, strict=True):
            if len(own) < 1 << len(number):
                care &= diagrams.one_of(number, [int(c) % (1 << len(number)) for c in own])
        largest = reduce(lambda a, b: _larger(diagrams, a, b, signed), numbers)
        return [
            diagrams.differ(found[net], ~bit if inverted else bit) & care == diagrams.false
            for (net, inverted), bit in zip(outputs, largest, strict=True)
        ]
    except TooManyNodes:
        return [None] * len(outputs)


def _bit(diagrams: Diagrams, variables: Mapping[int, Any], literal: Literal) -> Any:
    net, inverted = literal
    value = diagrams.false if net == FALSE else variables[net]
    return ~value if inverted else value


def exceeds(diagrams: Diagrams, a: Sequence[Any], b: Sequence[Any], signed: bool) -> Any:
    """Whether a number is larger than another one, the lowest bits first."""
    above = diagrams.false
    for place, (x, y) in enumerate(zip(a, b, strict=True)):
        if signed and place == len(a) - 1:
            x, y = y, x
        above = (x & ~y) | (above & ~diagrams.differ(x, y))
    return above


def _larger(diagrams: Diagrams, a: list[Any], b: list[Any], signed: bool) -> list[Any]:
    """The larger one of two numbers."""
    above = exceeds(diagrams, b, a, signed)
    return [diagrams.gate("mux", (low, high, above)) for low, high in zip(a, b, strict=True)]


class LargestValues:
    """Finds the nets that hold largest values.

    A net is taken for a bit that it equals on test vectors, then proven to be it.

    Args:
        circuit: the netlist.
        front: values that the largest ones are of.
        codes: of each value, those that occur.
        cone: nets that the circuit's outputs depend on.
        latencies: of nets, clock cycles since the input.

    Attributes:
        proven, missing: bits that a net holds, and that none was found for.
    """

    def __init__(
        self,
        circuit: Circuit,
        front: Front,
        codes: tuple[np.ndarray, ...],
        cone: set[int],
        latencies: Mapping[int, int | None],
    ) -> None:
        self.circuit, self.front, self.codes = circuit, front, codes
        self.checked = Checked(circuit, identity(codes), front)
        self.latencies = latencies
        nets = [net for net in cone if self._late(net) >= front.latency]
        self.by_word: dict[int, list[int]] = {}
        for net, word in self._simulated(nets).items():
            self.by_word.setdefault(word, []).append(net)
        self.proven = self.missing = 0
        self.ones = Lanes(len(self.checked.values)).true

    def _simulated(self, nets: Sequence[int]) -> dict[int, int]:
        """Words of the nets that depend on the front alone."""
        known = dict(self.checked.words)
        for net in self.circuit.in_order(nets, known):
            sources = self.circuit.sources(net)
            given = all(source in known or source in (FALSE, TRUE) for source in sources)
            if not self.circuit.driven(net) or not given:
                continue
            known |= self.circuit.evaluate([net], known, Lanes(len(self.checked.values)))
        return known

    def prove(self, pool: Pool) -> tuple[Front, tuple[np.ndarray, ...]]:
        """The values that go on, and after them the largest ones.

        A bit that no net holds is a free variable, so nothing may depend on it.
        """
        literals, codes, largest = list(self.front.literals), list(self.codes), []
        for taps, floor in zip(pool.taps, pool.floors, strict=True):
            self.taps, self.floor = taps, floor
            bits = len(self.front.literals[taps[0]]) if taps else max(1, floor.bit_length())
            if floor is not None and floor >= 1 << bits:
                raise CircuitError(f"a max pool of {bits} bits and {floor} is simulated")
            own = [self.codes[tap] for tap in taps] + ([] if floor is None else [np.array([floor])])
            least = max(int(c[0]) for c in own)
            every = np.unique(np.concatenate(own))
            every = every[every >= least]
            values = self.checked.values[:, list(taps)].max(axis=1, initial=least)
            free = FREE_NET - (1 << 30) - (len(literals) << 6)
            literals.append(tuple(self._bits(bits, values, every, free)))
            codes.append(every)
            largest.append(values)
        kept = self.checked.propagated
        values = np.column_stack([self.checked.values, *largest])[:kept]
        signed = self.front.signed + tuple(
            bool(taps) and self.front.signed[taps[0]] for taps in pool.taps
        )
        held = [self.latencies.get(net) for bits in literals[len(self.codes) :] for net, _ in bits]
        latency = min((late for late in held if late is not None), default=self.front.latency)
        front = replace(self.front, literals=literals, signed=signed, values=values,
                        x=self.front.x[:kept], latency=latency)
        return front, tuple(codes)

    def _bits(
        self, bits: int, values: np.ndarray, codes: np.ndarray, free: int
    ) -> Iterator[Literal]:
        """Where the bits of one largest value stand."""
        for place in range(bits):
            of_codes = np.unique(codes >> place & 1)
            if len(of_codes) == 1:
                yield FALSE, bool(of_codes[0])
                continue
            found = self._found(place, to_word((values >> place & 1).astype(bool)))
            self.proven += found is not None
            self.missing += found is None
            yield found or (free - place, False)

    def _found(self, place: int, word: int) -> Literal | None:
        """A net, or its complement, that is a bit of the largest of some values.

        Others that are it too are driven from that net, so that nothing goes past it.
        """
        candidates = [(net, False) for net in self.by_word.get(word, ())]
        candidates += [(net, True) for net in self.by_word.get(word ^ self.ones, ())]
        # Registers hold the same bit in later clock cycles; the values begin with the first one.
        first = min((self._late(net) for net, _ in candidates), default=0)
        candidates = [literal for literal in candidates if self._late(literal[0]) == first]
        numbers = [self.front.literals[tap] for tap in self.taps]
        codes = [self.codes[tap] for tap in self.taps]
        if self.floor is not None:
            bits = range(len(numbers[0]))
            numbers.append(tuple((FALSE, bool(self.floor >> bit & 1)) for bit in bits))
            codes.append(np.array([self.floor]))
        found: list[Literal] = []
        for literal in candidates[:MOST_TRIED]:
            outputs: list[Literal] = [(FALSE, False)] * len(numbers[0])
            outputs[place] = literal
            try:
                signed = self.front.signed[self.taps[0]]
                if compare_largest(self.circuit, numbers, outputs, codes, signed)[place]:
                    found.append(literal)
            except CircuitError:  # it depends on more than these values
                continue
        for net, inverted in found[1:]:
            if net not in self.checked.words and net not in self.circuit.registers:
                kind = "not" if inverted != found[0][1] else "buffer"
                self.circuit.functions[net] = Function(((kind, (2,)),), 3), (found[0][0],)
        return found[0] if found else None

    def _late(self, net: int) -> int:
        """Clock cycles from the input to a net."""
        return self.latencies.get(net) or 0
