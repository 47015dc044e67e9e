"""C++ types of numbers, their ranges, and the types of sums."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property


class WidthError(ValueError):
    """A value that its type does not hold, so that hardware wraps it."""


@dataclass(frozen=True)
class Number:
    """ap_fixed<width, integer> or ap_ufixed, multiples of step = 2^(integer − width).

    −2^(integer−1) … 2^(integer−1) − step, or without a sign 0 … 2^integer − step.  ap_int<width>
    and ap_uint<width> are not `fixed`; they have as many integer bits as bits, and step 1.
    """

    width: int
    signed: bool
    integer: int
    fixed: bool

    @cached_property
    def step(self) -> int | Fraction:
        return power(self.integer - self.width)

    @cached_property
    def low(self) -> int | Fraction:
        return -power(self.integer - 1) if self.signed else 0

    @cached_property
    def high(self) -> int | Fraction:
        return power(self.integer - self.signed) - self.step

    def sum(self, other: Number, sign: int) -> Number:
        """The type that ap_fixed.h and ap_int.h give a + b or a − b, which holds all of them."""
        own = self.integer + (other.signed and not self.signed)
        integer = max(own, other.integer + (self.signed and not other.signed)) + 1
        fraction = max(self.width - self.integer, other.width - other.integer)
        signed = self.signed or other.signed or sign < 0
        point = integer if self.fixed or other.fixed else None
        return number(integer + fraction, signed, point)

    def check(self, low: int | Fraction, high: int | Fraction) -> None:
        """Raises WidthError if it does not hold low … high."""
        if low < self.low or high > self.high:
            raise WidthError(f"{self} does not hold {low} … {high}")

    def __str__(self) -> str:
        sign = "" if self.signed else "u"
        if not self.fixed:
            return f"ap_{sign}int<{self.width}>"
        return f"ap_{sign}fixed<{self.width}, {self.integer}>"


def number(width: int, signed: bool, integer: int | None = None) -> Number:
    """The type, an ap_int or ap_uint unless `integer` is given; equal ones are one object."""
    return _number(width, signed, width if integer is None else integer, integer is not None)


@cache
def _number(width: int, signed: bool, integer: int, fixed: bool) -> Number:
    if width < 1:
        raise WidthError(f"a type of {width} bits")
    return Number(width, signed, integer, fixed)


def power(exponent: int) -> int | Fraction:
    """2^exponent, an integer where it is one."""
    return 1 << exponent if exponent >= 0 else Fraction(1, 1 << -exponent)


def number_of(value: int) -> Number:
    """The type of a literal: int, or long where that is too narrow."""
    return INT if INT.low <= value <= INT.high else number(64, True)


INT = number(32, True)


class Control:
    """int, unsigned or bool of C++ that counts and decides: its values are known."""


CONTROL = Control()
