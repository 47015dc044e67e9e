"""Block after block of a pipeline: which register is which neuron's bit, and that it equals it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hls_projects.proof.blocks import Block, bit_table
from hls_projects.proof.circuit import FALSE, Circuit
from hls_projects.proof.counterexample.difference import Difference, Spot
from hls_projects.proof.diagrams import Lanes, Table, WeightedSum
from hls_projects.proof.neuron import Code, Literal, Result, prove_neuron
from hls_projects.proof.sums.reach import Reach
from hls_projects.proof.vectors import block_vectors


@dataclass
class Front:
    """The values between two blocks, on nets.

    Attributes:
        literals: of each value, its bits, lowest first.
        signed: of each, whether the highest bit counts negative.
        values: test vectors that inputs of the network make, (samples, values).
        x: those inputs.
        latency: clock cycles since the input.
    """

    literals: list[tuple[Literal, ...]]
    signed: tuple[bool, ...]
    values: np.ndarray
    x: np.ndarray
    latency: int = 0

    def total(self, block: Block, neuron: int) -> WeightedSum:
        """A neuron's sum as one over nets; nets that cancel are left out."""
        offset = int(block.offset[neuron])
        terms: dict[int, list[int]] = {}
        column = block.weights[:, neuron]
        for value in np.flatnonzero(column).tolist():
            for weight, (net, inverted) in self._weighted(value, int(column[value])):
                offset += weight if inverted else 0
                if net != FALSE:
                    terms.setdefault(net, []).append(-weight if inverted else weight)
        weights = {net: w for net, found in terms.items() if (w := sum(found))}
        several = {net: found for net, found in terms.items() if len(found) > 1}
        return WeightedSum(weights, offset, several)

    def codes(self, block: Block, neuron: int) -> list[Code]:
        """Of the neuron's inputs, those whose codes do not all occur."""
        found = []
        for value in np.flatnonzero(block.weights[:, neuron]).tolist():
            literals, codes = self.literals[value], block.codes[value]
            if len(codes) < 1 << len(literals):
                found.append((literals, [int(c) % (1 << len(literals)) for c in codes]))
        return found

    def lanes(self, block: Block, values: np.ndarray) -> tuple[np.ndarray, dict[int, int]]:
        """Values as the nets hold them, where equal nets have equal bits; and words of the nets.

        Vectors that would have codes that do not occur are left out.
        """
        bits: dict[int, np.ndarray] = {FALSE: np.zeros(len(values), bool)}
        held = np.zeros_like(values)
        for value, literals in enumerate(self.literals):
            for place, (net, inverted) in enumerate(literals):
                bit = (values[:, value] >> place & 1).astype(bool) ^ inverted
                weight = -1 if self.signed[value] and place == len(literals) - 1 else 1
                held[:, value] += (weight << place) * (bits.setdefault(net, bit) ^ inverted)
        occur = np.ones(len(values), bool)
        for value, codes in enumerate(block.codes):
            if len(codes) < 1 << len(self.literals[value]):
                occur &= np.isin(held[:, value], codes)
        return held[occur], {net: to_word(bit[occur]) for net, bit in bits.items()}

    def values_at(
        self, example: Mapping[int, bool], codes: Sequence[np.ndarray]
    ) -> np.ndarray | None:
        """Values (values,) of which the nets hold what an example says, nearest to 0 elsewhere.

        Args:
            example: values of nets.
            codes: of each value, those that occur; None is returned where none of them is so.
        """
        found = []
        for literals, own in zip(self.literals, codes, strict=True):
            fits = np.ones(len(own), bool)
            for place, (net, inverted) in enumerate(literals):
                if net in example:
                    fits &= (own >> place & 1).astype(bool) == (example[net] ^ inverted)
            if not fits.any():
                return None
            found.append(min(own[fits].tolist(), key=abs))
        return np.array(found, np.int64)

    def _weighted(self, value: int, weight: int) -> Iterator[tuple[int, Literal]]:
        literals = self.literals[value]
        for place, literal in enumerate(literals):
            negative = self.signed[value] and place == len(literals) - 1
            yield (-weight if negative else weight) << place, literal


def to_word(bits: np.ndarray) -> int:
    """Bits, the first one lowest, as an integer."""
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


@dataclass
class Checked:
    """Nets of one block compared with its neurons' bits, on vectors and then for every input.

    Attributes:
        step: position of the block in its section.
    """

    circuit: Circuit
    block: Block
    front: Front
    step: int = 0
    values: np.ndarray = field(init=False)
    words: dict[int, int] = field(init=False)
    propagated: int = field(init=False)

    def __post_init__(self) -> None:
        self.reach = Reach(self.front.literals, self.front.signed, self.block.codes)
        self._occurring: dict[int, tuple[int, np.ndarray]] = {}
        kept, first = self.front.lanes(self.block, self.front.values)
        free, second = self.front.lanes(self.block, block_vectors(self.block))
        self.propagated = len(kept)
        self.values = np.vstack([kept, free])
        self.words = {net: first[net] | second[net] << len(kept) for net in first}
        self.results = self.block.results(self.block.sums(self.values))

    def simulate(self, nets: Iterable[int]) -> dict[int, int]:
        """Words of nets on all vectors."""
        return self.circuit.evaluate(nets, dict(self.words), Lanes(len(self.values)))

    def word(self, neuron: int, place: int) -> int:
        """A neuron's bit on all vectors."""
        return to_word((self.results[:, neuron] >> place & 1).astype(bool))

    def occurring(self, neuron: int) -> tuple[int, np.ndarray]:
        """The least sum of a neuron, and whether it, the next one, … occur."""
        if neuron not in self._occurring:
            weights, offset = self.block.weights[:, neuron], int(self.block.offset[neuron])
            self._occurring[neuron] = self.reach.sums(weights, offset)
        return self._occurring[neuron]

    def produced(self) -> list[np.ndarray]:
        """Of each neuron its results that occur, ascending."""
        found = []
        for neuron in range(self.block.neurons):
            lowest, occur = self.occurring(neuron)
            results = self.block.results_at(neuron, lowest, lowest + len(occur) - 1)
            found.append(np.unique(results[occur]))
        return found

    def prove(
        self, neuron: int, wanted: Mapping[int, tuple[int, bool]]
    ) -> dict[int, Result]:
        """Nets compared with bits of a neuron, for every input that can occur.

        Args:
            neuron: which one.
            wanted: of each net, the place of its bit, and whether it is complemented.
        """
        total = self.front.total(self.block, neuron)
        results = self.block.results_at(neuron, total.lowest, total.highest)
        tables = {
            net: bit_table(total.lowest, results, place, inverted)
            for net, (place, inverted) in wanted.items()
        }
        codes = self.front.codes(self.block, neuron)
        lowest, occur = self.occurring(neuron)
        occurs = Table(lowest - 1, np.concatenate([[False], occur, [False]]))
        begin = self.words.keys() - {FALSE}
        return prove_neuron(self.circuit, tables, total, occurs, codes, begin)

    def difference(
        self, net: int, neuron: int, place: int, inverted: bool, word: int,
        example: Mapping[int, bool] | None = None,
    ) -> Difference:
        """Of a net from a neuron's bit, at the vector with the fewest nonzero values.

        Args:
            net: which one.
            neuron, place: the bit.
            inverted: whether the net is taken for its complement.
            word: the net's, on all vectors.
            example: values of nets at which it differs, where no vector shows it.
        """
        found = Difference(*self.block.label(neuron), place, self.circuit.name(net),
                           spot=Spot(self.step, neuron, net, inverted))
        different = word ^ self._expected(neuron, place, inverted)
        lanes = [i for i in range(len(self.values)) if different >> i & 1]
        if not lanes:
            return found if example is None else self._at_example(found, example)
        reached = [i for i in lanes if i < self.propagated]
        lane = min(reached or lanes, key=lambda i: np.count_nonzero(self.values[i]))
        expected = int(self.results[lane, neuron] >> place & 1)
        seen = {"values": self.values[lane], "expected": expected, "received": 1 - expected}
        if reached:
            seen |= {"x": self.front.x[lane], "vectors": self.front.x, "lanes": reached}
        return replace(found, **seen)

    def _at_example(self, found: Difference, example: Mapping[int, bool]) -> Difference:
        """A difference that diagrams found, at values that hold what they say, if there are any."""
        values, spot = self.front.values_at(example, self.block.codes), found.spot
        if values is None:
            return found
        held, words = self.front.lanes(self.block, values[None])
        if not len(held):
            return found
        received = self.circuit.evaluate([spot.net], words, Lanes(1))[spot.net] ^ spot.inverted
        results = self.block.results(self.block.sums(held))
        expected = int(results[0, spot.neuron] >> found.bit & 1)
        if received == expected:  # of another bit that equals this one on all vectors
            return found
        seen = {"values": held[0], "expected": expected, "received": received}
        # Values of the first block are inputs of the network, where vectors are.
        if self.step == 0 and len(self.front.x):
            seen |= {"x": held[0], "vectors": held, "lanes": [0]}
        return replace(found, **seen)

    def _expected(self, neuron: int, place: int, inverted: bool) -> int:
        ones = (1 << len(self.values)) - 1
        return self.word(neuron, place) ^ (ones if inverted else 0)
