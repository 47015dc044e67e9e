"""Which registers are which bits of neurons: a guess from test vectors, and what was proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from hls_projects.proof.circuit import FALSE
from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.neuron import Literal
from hls_projects.proof.pipeline import Checked


class Matches:
    """Which bits of neurons each register equals on all vectors."""

    def __init__(self, checked: Checked, nets: Sequence[int]) -> None:
        self.checked, self.nets = checked, nets
        self.words = checked.simulate(nets)
        self.bits = checked.block.threshold.bits
        ones = (1 << len(checked.values)) - 1
        self.by_word: dict[int, list[tuple[int, int, bool]]] = {}
        for neuron in range(checked.block.neurons):
            for place in range(self.bits):
                word = checked.word(neuron, place)
                self.by_word.setdefault(word, []).append((neuron, place, False))
                self.by_word.setdefault(word ^ ones, []).append((neuron, place, True))

    def candidates(self, net: int) -> list[tuple[int, int, bool]]:
        return self.by_word.get(self.words[net], [])

    def own(self) -> bool:
        """Whether some net is a bit that the block makes, if there are such bits.

        Registers that hold nothing but earlier values are no row of this block: they fit, since
        those values go past it, but its own are made later.
        """
        block, ones = self.checked.block, (1 << len(self.checked.values)) - 1
        found: tuple[set[int], set[int]] = {0, ones}, set()
        for neuron in range(block.neurons):
            words = (self.checked.word(neuron, place) for place in range(self.bits))
            earlier = neuron >= block.neurons - block.passing
            found[not earlier].update(w for word in words for w in (word, word ^ ones))
        own = found[1] - found[0]
        return not own or any(self.words[net] in own for net in self.nets)

    def by_neuron(self) -> Iterator[tuple[int, dict[int, tuple[int, bool]]]]:
        """Of each neuron, its registers: which bit, and whether it is complemented.

        A neuron comes again where one register equals several of its bits.
        """
        found: dict[tuple[int, int], dict[int, tuple[int, bool]]] = {}
        for net in self.nets:
            seen: Counter[int] = Counter()
            for neuron, place, inverted in self.candidates(net):
                found.setdefault((neuron, seen[neuron]), {})[net] = place, inverted
                seen[neuron] += 1
        for (neuron, _), wanted in found.items():
            yield neuron, wanted

    def difference(self, net: int, example: Mapping[int, bool] | None = None) -> Difference:
        """Of a register from the bit that it equals on most vectors.

        Args:
            net: the register's.
            example: values of nets at which it differs, where no vector shows it.
        """
        word = self.words[net]
        nearest = min(self.by_word, key=lambda other: (other ^ word).bit_count())
        neuron, place, inverted = self.by_word[nearest][0]
        return self.checked.difference(net, neuron, place, inverted, word, example)


class EqualNets:
    """Registers that equal bits of neurons, and so each other.

    Args:
        produced: codes of each neuron that occur; bits that are the same in all are constants.
        bits: of a code.
    """

    def __init__(self, produced: Sequence[np.ndarray], bits: int) -> None:
        self._of: dict[tuple[int, int], Literal] = {}
        for neuron, results in enumerate(produced):
            for place in range(bits):
                if len(found := np.unique(results >> place & 1)) == 1:
                    self._of[neuron, place] = FALSE, bool(found[0])
        self._root: dict[int, Literal] = {}

    def add(self, bit: tuple[int, int], literal: Literal) -> None:
        """A register, or its complement, equals a neuron's bit."""
        first = self.find(*self._of.setdefault(bit, literal))
        other = self.find(*literal)
        if other[0] == FALSE:
            first, other = other, first
        if other[0] != first[0]:
            self._root[other[0]] = first[0], first[1] != other[1]

    def find(self, net: int, inverted: bool = False) -> Literal:
        """The register that stands for all that equal it."""
        while net in self._root:
            net, other = self._root[net]
            inverted ^= other
        return net, inverted

    def bit(self, neuron: int, place: int) -> Literal | None:
        """Where a neuron's bit stands: on a register, or constant; None where on neither."""
        found = self._of.get((neuron, place))
        return self.find(*found) if found else None

    def copies(self) -> dict[int, Literal]:
        """Registers that another one stands for."""
        return {net: self.find(net) for net in self._root}


def distinct(nets: Iterable[int]) -> Iterator[dict[int, int]]:
    """Place of each net, apart where one net stands at several places."""
    groups: list[dict[int, int]] = []
    for place, net in enumerate(nets):
        group = next((g for g in groups if net not in g), None)
        if group is None:
            groups.append(group := {})
        group[net] = place
    yield from groups
