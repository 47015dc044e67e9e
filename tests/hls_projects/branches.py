"""Integer networks with branches, as odd as conversion can make them."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds import Add, Concatenate, Dense, Head
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.networks import ternary, threshold


def branched(seed: int = 0, signed: bool = True) -> IntegerNetwork:
    """A short branch beside a long one, added as sums; then inputs beside activations."""
    rng = np.random.default_rng(seed)
    layers = (
        Dense(ternary(rng, 6, 5, 0.6)),            # 0
        threshold(rng, 5, 2, 4),                   # 1
        Dense(ternary(rng, 5, 4, 0.7)),            # 2
        threshold(rng, 4, 2, 3),                   # 3
        Dense(rng.integers(-5, 6, (4, 5)).astype(np.int8)),  # 4: sums of the long branch
        Dense(ternary(rng, 6, 5, 0.6)),            # 5: sums of the inputs
        Add((1, 0, 2), (1, -1, 1)),                # 6: 2 · long − short + 4 · activations
        threshold(rng, 5, 3, 9),                   # 7
        Concatenate((0, 3)),                       # 8: activations, and 8 · inputs
        Dense(rng.integers(-3, 4, (11, 3)).astype(np.int8)),
        Head(rng.integers(-9, 9, 3).astype(np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3,), (-1,), (4, 5, 1), (6,), (7, -1), (8,), (9,))
    return IntegerNetwork(InputFormat(3, signed, 0.5, (6,)), layers, sources=sources)
