"""A bit of the hardware that is not the network's, and where it can be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spot:
    """Where a difference is.

    Attributes:
        step: position of the neuron's block in its section.
        neuron: its place in the block, whichever layer it is of.
        net: that was taken for the neuron's bit.
        inverted: whether for its complement.
    """

    step: int
    neuron: int
    net: int
    inverted: bool


@dataclass(frozen=True, eq=False)
class Difference:
    """A bit of the hardware that is not the network's.

    Attributes:
        layer: name of the layer, such as dense_2.
        neuron, bit: which one; of a register that resembles none, the nearest.
        net: name of the net in the netlist.
        values: of the layer's inputs at which they differ; None where none was found.
        expected, received: the bit there.
        x: an input of the network that leads there, integers; None where none was found.
        spot: where to look at it again.
        vectors: inputs that were tried, (inputs, values of one); None where none shows it.
        lanes: which of them show it.
        smallest: whether no value of x can be 0 instead without losing the difference.
        values_of: what `values` are, in words.
    """

    layer: str
    neuron: int
    bit: int
    net: str
    values: np.ndarray | None = None
    expected: int | None = None
    received: int | None = None
    x: np.ndarray | None = None
    spot: Spot | None = None
    # Of all differences of a layer the same array.
    vectors: np.ndarray | None = None
    lanes: Sequence[int] = ()
    smallest: bool = False
    values_of: str = "values of its inputs"

    @property
    def starts(self) -> np.ndarray:
        """All inputs that were found to show it, (inputs, values of one)."""
        return self.vectors[self.lanes]

    def __str__(self) -> str:
        place = f"{self.layer}, neuron {self.neuron}, bit {self.bit} ({self.net})"
        if self.values is None:
            return place
        shown, where = self.values, self.values_of
        if self.x is not None:
            shown, where = self.x, "an input of the network"
        return (
            f"{place}: {self.received} instead of {self.expected} at {where} "
            f"{nonzeros(shown, self.smallest)}"
        )


def nonzeros(values: np.ndarray, smallest: bool) -> str:
    """How many values of an input are not 0, and whether none of them could be."""
    left = ", none of which can be 0" if smallest and values.any() else ""
    return f"with {np.count_nonzero(values)} nonzero of {values.size}{left}"
