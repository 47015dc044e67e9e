"""C++ types of numbers, their ranges, and the types of sums."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


class WidthError(ValueError):
    """A value that its type does not hold, so that hardware wraps it."""


@dataclass(frozen=True)
class Number:
    """ap_int<width> or ap_uint<width>, −2^(width−1) … 2^(width−1) − 1 or 0 … 2^width − 1."""

    width: int
    signed: bool

    @property
    def low(self) -> int:
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.width - self.signed)) - 1

    def sum(self, other: Number, sign: int) -> Number:
        """The type that ap_int.h gives a + b or a − b, which holds both for every a and b."""
        own = self.width + (other.signed and not self.signed)
        width = max(own, other.width + (self.signed and not other.signed)) + 1
        return number(width, self.signed or other.signed or sign < 0)

    def check(self, low: int, high: int) -> None:
        """Raises WidthError if it does not hold low … high."""
        if low < self.low or high > self.high:
            raise WidthError(f"{self} does not hold {low} … {high}")

    def __str__(self) -> str:
        return f"ap_{'int' if self.signed else 'uint'}<{self.width}>"


@cache
def number(width: int, signed: bool) -> Number:
    """The type; equal ones are one object."""
    return Number(width, signed)


def number_of(value: int) -> Number:
    """The type of a literal: int, or long where that is too narrow."""
    return INT if INT.low <= value <= INT.high else number(64, True)


INT = number(32, True)


class Control:
    """int, unsigned or bool of C++ that counts and decides: its values are known."""


CONTROL = Control()
