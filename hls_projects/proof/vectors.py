"""Test vectors of a block: they find which register is which neuron's bit, and most differences."""

from __future__ import annotations

import numpy as np

from hls_projects.proof.blocks import Block

RANDOM = 1024
# Vectors on each side of each level where a neuron's result changes.
BESIDE = 2


def block_vectors(block: Block, seed: int = 1) -> np.ndarray:
    """Values (samples, values), each of which occurs: random ones, and some at every change.

    Args:
        block: whose values they are.
        seed: of the random generator.
    """
    rng = np.random.default_rng(seed)
    codes = _Codes(block.codes, rng)
    share = np.linspace(0.05, 0.95, RANDOM)[:, None]
    ends = np.where(rng.random((RANDOM, 1)) < 0.5, codes.ends(share), codes.any(RANDOM))
    directed = [_beside(block, neuron, codes) for neuron in range(block.neurons)]
    return np.vstack([ends, *directed])


class _Codes:
    """Random values that occur."""

    def __init__(self, codes: tuple[np.ndarray, ...], rng: np.random.Generator) -> None:
        self.codes, self.rng = codes, rng
        self.counts = np.array([len(c) for c in codes])
        most = max(self.counts)
        self.table = np.array([np.resize(c, most) for c in codes], np.int64)

    def any(self, samples: int) -> np.ndarray:
        """Values (samples, values), every code as likely as another."""
        rank = self.rng.integers(0, self.counts, (samples, len(self.counts)))
        return self.table[np.arange(len(self.counts)), rank]

    def ends(self, share: np.ndarray) -> np.ndarray:
        """The largest value, as often as `share` (samples, 1) says, or the least."""
        large = self.rng.random((len(share), len(self.counts))) < share
        return self.table[np.arange(len(self.counts)), np.where(large, self.counts - 1, 0)]

    def with_sum(self, values: np.ndarray, weights: np.ndarray, missing: int) -> None:
        """Moves values until their weighted sum has grown by `missing`, or nearly."""
        for i in self.rng.permutation(np.flatnonzero(weights)).tolist():
            if not missing:
                return
            moved = weights[i] * (self.codes[i] - values[i])
            best = int(np.abs(moved - missing).argmin())
            values[i] = self.codes[i][best]
            missing -= int(moved[best])


def _beside(block: Block, neuron: int, codes: _Codes) -> np.ndarray:
    """Values whose sums stand beside every change of the neuron's result."""
    first, results = block.by_sum[neuron]
    changes = np.flatnonzero(results[1:] != results[:-1]) + first
    if block.threshold is None:
        changes = changes[:: max(1, len(changes) // 16)]
    wanted = np.repeat(np.concatenate([changes, changes + 1]), BESIDE)
    values = codes.any(len(wanted))
    missing = wanted - block.offset[neuron] - values @ block.weights[:, neuron]
    for row, difference in zip(values, missing.tolist(), strict=True):
        codes.with_sum(row, block.weights[:, neuron], difference)
    return values
