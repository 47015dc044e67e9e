"""Bits of neurons that no register holds: free variables, one for each function that they are."""

from __future__ import annotations

from hls_projects.proof.blocks import Block
from hls_projects.proof.pipeline import Front
from hls_projects.proof.sums.reach import Literal

# Nets below this one drive nothing, and nothing drives them.
FREE_NET = -(1 << 40)


class FreeBits:
    """A net for each bit that no register holds.

    Hardware may leave out what cancels, such as a neuron and its complement that are added.  So
    bits that are the same function of the same sum, or of its negative, stand on one net, as do a
    bit and its complement.

    Args:
        front: what the sums are over.
        block: whose neurons.
    """

    def __init__(self, front: Front, block: Block) -> None:
        self.front, self.block = front, block
        self._nets: dict[tuple[tuple[tuple[int, int], ...], bytes], int] = {}

    def bit(self, neuron: int, place: int) -> Literal:
        """Where a neuron's bit stands."""
        total = self.front.total(self.block, neuron)
        results = self.block.results_at(neuron, total.lowest, total.highest)
        bits = (results >> place & 1).astype(bool)
        weights = sorted(total.weights.items())
        if weights and weights[0][1] < 0:  # of the negative sum, whose least is the highest's
            weights, bits = [(net, -w) for net, w in weights], bits[::-1]
        inverted = bool(bits[0])
        key = tuple(weights), (bits ^ inverted).tobytes()
        return self._nets.setdefault(key, FREE_NET - len(self._nets)), inverted
