"""Sums of bits with weights 2^j and an integer offset: what a neuron accumulates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hls_projects.logic.bits import Bit, complement
from hls_projects.logic.signed_digits import signed_digits
from hls_projects.network.input_format import InputFormat

Heights = tuple[int, ...]


class BitSum:
    """offset + Σ_j 2^j · (number of 1s in column j).

    −b = ~b − 1: a weight of −1 complements the bits and lowers the offset.  A bit that is in a
    column twice is one bit of the next column; a bit and its complement are a constant.
    """

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self.columns: list[list[Bit]] = []

    @classmethod
    def of_bits(cls, bits: Sequence[Bit], *, signed: bool = False) -> BitSum:
        """The number that `bits` encode, lowest first; two's complement if signed."""
        number = cls()
        for place, bit in enumerate(bits):
            number.add_bit(place, bit, -1 if signed and place == len(bits) - 1 else 1)
        return number

    @property
    def heights(self) -> Heights:
        """Bits in each column, the last one not empty."""
        heights = [len(column) for column in self.columns]
        while heights and not heights[-1]:
            heights.pop()
        return tuple(heights)

    @property
    def highest(self) -> int:
        """The sum, without the offset, where every bit is 1."""
        return sum(len(column) << place for place, column in enumerate(self.columns))

    def add_bit(self, place: int, bit: Bit, sign: int = 1) -> None:
        """Adds sign · 2^place · bit."""
        if sign < 0:
            self.offset -= 1 << place
            bit = complement(bit)
        if bit.constant:
            self.offset += bit.inverted << place
            return
        column = self.column(place)
        if bit in column:
            column.remove(bit)
            self.add_bit(place + 1, bit)
        elif complement(bit) in column:
            column.remove(complement(bit))
            self.offset += 1 << place
        else:
            column.append(bit)

    def add(self, other: BitSum, sign: int, places: int = 0) -> None:
        """Adds sign · 2^places · other."""
        self.offset += sign * (other.offset << places)
        for place, column in enumerate(other.columns):
            for bit in column:
                self.add_bit(place + places, bit, sign)

    def column(self, place: int) -> list[Bit]:
        while place >= len(self.columns):
            self.columns.append([])
        return self.columns[place]


def input_sums(format: InputFormat) -> np.ndarray:
    """A BitSum for every element of a sample, in the input's shape; bits in order of the port.

    Of an element that has fewer bits of its own than the port, the others are not looked at.
    """
    sums = np.empty(int(np.prod(format.shape)), object)
    for element, (own, signed) in enumerate(format.widths):
        first = element * format.bits
        bits = [Bit(first + i) for i in range(own)]
        sums[element] = BitSum.of_bits(bits, signed=signed)
    return sums.reshape(format.shape)


def dense_sums(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """BitSums (…, inputs) times integer weights (inputs, outputs) to BitSums (…, outputs)."""
    rows = values.reshape(-1, values.shape[-1])
    sums = np.empty((len(rows), weights.shape[1]), object)
    for position, row in enumerate(rows):
        for output, column in enumerate(weights.T):
            sums[position, output] = _weighted(row, column)
    return sums.reshape(*values.shape[:-1], weights.shape[1])


def _weighted(row: Iterable[BitSum], column: np.ndarray) -> BitSum:
    total = BitSum()
    for index in np.flatnonzero(column):
        for place, sign in signed_digits(int(column[index])):
            total.add(row[index], sign, place)
    return total
