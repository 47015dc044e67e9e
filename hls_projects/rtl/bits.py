"""A bit of a netlist: a signal, or its complement."""

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
