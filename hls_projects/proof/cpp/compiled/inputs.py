"""Inputs of a function with many outputs, so that each output sees all of its own inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

CHUNK = 1 << 12
# Of an output's inputs, all of whose values are tried.
MOST_BITS = 20


@dataclass(frozen=True, eq=False)
class Bounds:
    """Between which a function's inputs lie.

    Args:
        low, high: int64 (inputs,).
    """

    low: np.ndarray
    high: np.ndarray

    def bits(self, place: int) -> int:
        """Of an input: so many tell its values apart."""
        return int(self.high[place] - self.low[place]).bit_length()

    def random(self, rng: np.random.Generator, samples: int) -> np.ndarray:
        """int32 (samples, inputs)."""
        shape = samples, len(self.low)
        return rng.integers(self.low, self.high + 1, shape).astype(np.int32)


@dataclass(eq=False)
class Round:
    """2^size samples in which every output that belongs to it sees all of its inputs.

    Bit b of input i in sample t is the parity of t & labels[i, b].  As the labels that an output
    reads are independent over GF(2), each pattern of its bits is there, equally often.
    """

    size: int
    labels: dict[tuple[int, int], int] = field(default_factory=dict)
    outputs: list[int] = field(default_factory=list)

    def add(self, output: int, bits: Sequence[tuple[int, int]], rng: np.random.Generator) -> bool:
        """Takes an output, unless labels of its bits depend on each other already."""
        basis: list[int] = []
        for bit in bits:
            if bit in self.labels and not _independent(basis, self.labels[bit]):
                return False
        for bit in bits:
            while bit not in self.labels:
                label = int(rng.integers(1, 1 << self.size))
                if _independent(basis, label):
                    self.labels[bit] = label
        self.outputs.append(output)
        return True

    def samples(self, bounds: Bounds) -> Iterator[np.ndarray]:
        """All of them in parts, int32 (samples, inputs); other inputs are at their lowest."""
        keys = sorted(self.labels)
        labels = np.array([self.labels[key] for key in keys], np.int64)
        places = sorted({place for place, _ in keys})
        columns = np.searchsorted(places, [place for place, _ in keys])
        low = bounds.low[places].astype(np.int32)
        count = (bounds.high - bounds.low + 1)[places].astype(np.int32)
        length = min(CHUNK, 1 << self.size)
        first = _parities(np.arange(length), labels)
        for start in range(0, 1 << self.size, length):
            # t is start + i, which share no bits, so that parities add.
            ones = first ^ _parities(np.array([start]), labels)
            own = np.zeros((length, len(places)), np.int32)
            for bit in range(max((b for _, b in keys), default=-1) + 1):
                of_bit = [n for n, (_, b) in enumerate(keys) if b == bit]
                own[:, columns[of_bit]] |= ones[:, of_bit].astype(np.int32) << bit
            x = np.repeat(bounds.low[None].astype(np.int32), length, axis=0)
            x[:, places] = low + np.where(own < count, own, own - count)
            yield x


def _parities(t: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Parity of t & label for each of both, bool (samples, labels)."""
    found = np.zeros((len(t), len(labels)), bool)
    for digit in range(MOST_BITS):
        found ^= ((t[:, None] & labels) >> digit & 1).astype(bool)
    return found


def rounds(
    reads: dict[int, np.ndarray], bounds: Bounds, most: int, rng: np.random.Generator
) -> list[Round]:
    """Rounds that show each output all values of its inputs.

    Args:
        reads: the inputs that each output depends on.
        bounds: of all inputs.
        most: bits that any of them has.
        rng: where labels come from.
    """
    found: list[Round] = []
    bits = {o: [(int(i), b) for i in places for b in range(bounds.bits(i))]
            for o, places in reads.items()}
    for output in sorted(bits, key=lambda o: len(bits[o])):
        # A little more room than bits, so that most labels that are there already are independent.
        size = max(len(bits[output]), min(3 * (len(bits[output]) // 3) + 5, most))
        if not any(r.size == size and r.add(output, bits[output], rng) for r in found):
            found.append(Round(size))
            found[-1].add(output, bits[output], rng)
    return found


def _independent(basis: list[int], label: int) -> bool:
    """Adds a label to a basis over GF(2), unless it is a sum of labels there."""
    for known in basis:
        label = min(label, label ^ known)
    if label:
        basis.append(label)
        basis.sort(reverse=True)
    return label > 0
