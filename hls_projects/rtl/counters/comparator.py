"""A number compared with a constant, in the fewest LUTs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hls_projects.logic.bits import ONE, Bit
from hls_projects.logic.netlist import Netlist
from qkeras_models.cost.comparators import PART, comparator_luts


def at_least(netlist: Netlist, bits: Sequence[Bit], value: int) -> Bit:
    """Whether the number in `bits`, lowest first, is at least `value` ≥ 1.

    Bits below the value's lowest 1 do not matter.  Parts are counted from the number's top, so
    constants of one number that agree in their lower digits share these LUTs.
    """
    first = (value & -value).bit_length() - 1
    bits, value = bits[first:], value >> first
    size = max(comparator_luts(len(bits), 1), 1)
    reached, place = ONE, 0
    for part in range(size):
        end = len(bits) - PART * (size - 1 - part)
        wanted = value >> place & ((1 << end - place) - 1)
        (reached,) = netlist.lut_bits([*bits[place:end], reached], _comparison(wanted))
        place = end
    return reached


def _comparison(wanted: int) -> Callable[[list[int]], tuple[int, ...]]:
    """Function of a part's raw bits and whether the lower parts reached theirs."""

    def reached(raw: list[int]) -> tuple[int, ...]:
        number = sum(bit << place for place, bit in enumerate(raw[:-1]))
        return (int(number > wanted or (number == wanted and raw[-1])),)

    return reached
