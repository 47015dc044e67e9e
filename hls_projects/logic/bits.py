"""A bit of a netlist: a signal, or its complement; and how many bits numbers take."""

from __future__ import annotations

from typing import NamedTuple

CONSTANT = -1


class Bit(NamedTuple):
    """The value of a signal, complemented if `inverted`; signal −1 is the constant 0."""

    signal: int
    inverted: bool = False

    @property
    def constant(self) -> bool:
        return self.signal < 0


ZERO = Bit(CONSTANT, False)
ONE = Bit(CONSTANT, True)


def complement(bit: Bit) -> Bit:
    return Bit(bit.signal, not bit.inverted)


def signed_width(lowest: int, highest: int) -> int:
    """Bits of the two's complement numbers lowest … highest."""
    return max(int(-lowest - 1), int(highest), 0).bit_length() + 1
