"""Bits of neurons that no register holds: free variables, one for each function that they are."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import numpy as np

from hls_projects.proof.blocks import Block
from hls_projects.proof.pipeline import Front
from hls_projects.proof.sums.reach import Literal

# Nets below this one drive nothing, and nothing drives them.
FREE_NET = -(1 << 40)


# Nets of a sum up to which a bit is known by its truth table.
MOST_TABLED = 10


class FreeBits:
    """A net for each bit that no register holds.

    Hardware may leave out what cancels, such as a neuron and its complement that are added.  So
    bits that are the same function stand on one net, as do a bit and its complement: the same
    function of a few nets, or of the same sum, a multiple of it, or its negative.

    Args:
        front: what the sums are over.
        block: whose neurons.
    """

    def __init__(self, front: Front, block: Block) -> None:
        self.front, self.block = front, block
        self._nets: dict[tuple[Hashable, bytes], int] = {}

    def bit(self, neuron: int, place: int) -> Literal:
        """Where a neuron's bit stands."""
        total = self.front.total(self.block, neuron)
        results = self.block.results_at(neuron, total.lowest, total.highest)
        bits = (results >> place & 1).astype(bool)
        known = _by_table if len(total.weights) <= MOST_TABLED else _by_sum
        nets, bits = known(total.weights, bits)
        inverted = bool(bits[0])
        key = nets, (bits ^ inverted).tobytes()
        return self._nets.setdefault(key, FREE_NET - len(self._nets)), inverted


def _by_table(weights: Mapping[int, int], bits: np.ndarray) -> tuple[Hashable, np.ndarray]:
    """The nets that matter, and the bit at all their values; it is given from the least sum on."""
    nets = sorted(weights)
    rows = np.arange(1 << len(nets))
    least = sum(w for w in weights.values() if w < 0)
    sums = sum(weights[net] * (rows >> i & 1) for i, net in enumerate(nets)) - least
    table = bits[sums].reshape((2,) * len(nets))
    for axis in reversed(range(len(nets))):
        low, high = np.take(table, 0, axis), np.take(table, 1, axis)
        if np.array_equal(low, high):
            table = low
            del nets[len(nets) - 1 - axis]
    return tuple(nets), table.reshape(-1)


def _by_sum(weights: Mapping[int, int], bits: np.ndarray) -> tuple[Hashable, np.ndarray]:
    """Weights without a common factor, the first one positive, and the bit at all their sums."""
    factor = math.gcd(*weights.values())
    found = [(net, weight // factor) for net, weight in sorted(weights.items())]
    bits = bits[::factor]
    if found[0][1] < 0:  # of the negative sum, whose least is the highest's
        found, bits = [(net, -weight) for net, weight in found], bits[::-1]
    return tuple(found), bits
