"""The largest of some numbers, in LUTs."""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.logic.bits import ONE, ZERO, Bit, complement
from hls_projects.logic.netlist import Netlist

# Bits of two numbers whose largest one is a function of one LUT a bit.
DIRECT_BITS = 6


def largest(netlist: Netlist, numbers: Sequence[Sequence[Bit]], signed: bool) -> list[Bit]:
    """Bits of the largest number, lowest first, by a balanced tree of comparisons.

    Args:
        netlist: where the LUTs go.
        numbers: at least one, all of as many bits, lowest first.
        signed: two's complement.
    """
    if signed:
        # With the sign bits complemented, numbers compare as unsigned ones.
        flipped = [[*bits[:-1], complement(bits[-1])] for bits in numbers]
        found = largest(netlist, flipped, signed=False)
        return [*found[:-1], complement(found[-1])]
    if len(numbers) == 1:
        return list(numbers[0])
    half = len(numbers) // 2
    return _larger(
        netlist,
        largest(netlist, numbers[:half], signed),
        largest(netlist, numbers[half:], signed),
    )


def _larger(netlist: Netlist, a: Sequence[Bit], b: Sequence[Bit]) -> list[Bit]:
    width = len(a)
    if 2 * width <= DIRECT_BITS:
        return netlist.lut_bits([*a, *b], lambda raw: _max_bits(raw, width))
    exceeds = _exceeds(netlist, a, b)
    return [
        netlist.lut_bits([exceeds, *pair], lambda raw: (raw[1] if raw[0] else raw[2],))[0]
        for pair in zip(a, b, strict=True)
    ]


def _max_bits(raw: Sequence[int], width: int) -> tuple[int, ...]:
    values = [sum(bit << i for i, bit in enumerate(part)) for part in (raw[:width], raw[width:])]
    return tuple(max(values) >> place & 1 for place in range(width))


def _exceeds(netlist: Netlist, a: Sequence[Bit], b: Sequence[Bit]) -> Bit:
    """Whether a > b: two bits of both at a time, the highest first."""
    exceeds, equal = ZERO, ONE
    for high in range(len(a), 0, -2):
        low = max(high - 2, 0)
        count = high - low
        bits = [exceeds, equal, *a[low:high], *b[low:high]]
        exceeds, equal = netlist.lut_bits(bits, lambda raw, n=count: _compare(raw, n))
    return exceeds


def _compare(raw: Sequence[int], count: int) -> tuple[int, int]:
    exceeds, equal = raw[0], raw[1]
    a, b = (
        sum(bit << i for i, bit in enumerate(raw[first : first + count]))
        for first in (2, 2 + count)
    )
    return exceeds | (equal & (a > b)), equal & (a == b)
