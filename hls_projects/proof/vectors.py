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
    most = max(len(codes) for codes in block.codes)
    table = np.array([np.resize(codes, most) for codes in block.codes], np.int64)
    counts = np.array([len(codes) for codes in block.codes])
    share = np.linspace(0.05, 0.95, RANDOM)[:, None] * np.ones(len(counts))
    extreme = rng.random(share.shape) < 0.5
    rank = np.where(extreme, (rng.random(share.shape) < share) * (counts - 1),
                    rng.integers(0, counts, share.shape))
    random = table[np.arange(len(counts)), rank]
    directed = [v for neuron in range(block.neurons) for v in _beside(block, neuron, rng)]
    return np.vstack([random, *directed])


def _beside(block: Block, neuron: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Values whose sums stand beside every change of the neuron's result."""
    weights = block.weights[:, neuron]
    first, results = _results(block, neuron)
    changes = np.flatnonzero(results[1:] != results[:-1]) + first
    if block.threshold is None:
        changes = changes[:: max(1, len(changes) // 16)]
    return [
        _with_sum(block, weights, int(block.offset[neuron]), int(change) + side, rng)
        for change in changes for side in (0, 1) for _ in range(BESIDE)
    ]


def _results(block: Block, neuron: int) -> tuple[int, np.ndarray]:
    return block.__dict__.setdefault("_by_sum", block.results_by_sum())[neuron]


def _with_sum(
    block: Block, weights: np.ndarray, offset: int, wanted: int, rng: np.random.Generator
) -> np.ndarray:
    """Random values whose weighted sum is as wanted, or near where codes have gaps."""
    values = np.array([rng.choice(codes) for codes in block.codes], np.int64)
    total = offset + int(values @ weights)
    for i in rng.permutation(np.flatnonzero(weights)):
        if total == wanted:
            break
        moved = total + weights[i] * (block.codes[i] - values[i])
        best = int(np.abs(moved - wanted).argmin())
        values[i], total = block.codes[i][best], int(moved[best])
    return values
