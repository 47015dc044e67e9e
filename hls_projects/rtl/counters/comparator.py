"""A number compared with constants, in the fewest LUTs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hls_projects.logic.bits import Bit
from hls_projects.logic.netlist import Netlist
from qkeras_models.cost.comparators import PART, comparator_luts


def at_least(netlist: Netlist, bits: Sequence[Bit], value: int) -> Bit:
    """Whether the number in `bits`, lowest first, is at least `value` ≥ 1."""
    return all_at_least(netlist, bits, [value])[value]


def all_at_least(netlist: Netlist, bits: Sequence[Bit], values: Iterable[int]) -> dict[int, Bit]:
    """For each of some values ≥ 1, whether the number in `bits` is at least the value.

    Bits below a value's lowest 1 do not matter.  Parts of five bits are counted from the number's
    top; what is left below them is the first part, of six at most.  First parts of the same five
    bits share LUTs of two outputs, and equal ones are made once.
    """
    found: dict[int, Bit] = {}
    firsts: dict[int, list[int]] = {}
    for value in sorted(set(values)):
        more = max(comparator_luts(len(bits), value) - 1, 0)
        firsts.setdefault(len(bits) - PART * more, []).append(value)
    for end, group in firsts.items():
        start = min((value & -value).bit_length() - 1 for value in group)
        wanted = [value >> start & ((1 << end - start) - 1) for value in group]
        made = netlist.lut_bits(bits[start:end], _all_reached(wanted))
        for value, reached in zip(group, made, strict=True):
            for place in range(end, len(bits), PART):
                part = bits[place : place + PART]
                own = value >> place & ((1 << len(part)) - 1)
                (reached,) = netlist.lut_bits([*part, reached], _comparison(own))
            found[value] = reached
    return found


def _all_reached(wanted: Sequence[int]) -> Callable[[list[int]], tuple[int, ...]]:
    """Function of a number's raw bits: which of the wanted numbers it has reached."""

    def reached(raw: list[int]) -> tuple[int, ...]:
        number = sum(bit << place for place, bit in enumerate(raw))
        return tuple(int(number >= own) for own in wanted)

    return reached


def _comparison(wanted: int) -> Callable[[list[int]], tuple[int, ...]]:
    """Function of a part's raw bits and whether the lower parts reached theirs."""

    def reached(raw: list[int]) -> tuple[int, ...]:
        number = sum(bit << place for place, bit in enumerate(raw[:-1]))
        return (int(number > wanted or (number == wanted and raw[-1])),)

    return reached
