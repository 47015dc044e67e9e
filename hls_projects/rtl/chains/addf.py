"""Counters on GateMate's CC_ADDF, a full adder: carry chains as ECP5's, with other cells.

A CPE, the unit of logic, holds two full adders in a row, each with a LUT of two inputs before A
and before B: S = A ⊕ B ⊕ c, carry = A = B ? A : c.  So half a CPE is half a CCU2C, whose table is
A ⊕ B with A over its pins A and B, and B over C and D, where B is 0 if both are.
"""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.logic.bits import ONE, ZERO, Bit
from hls_projects.logic.expressions import wire
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.chains.ccu2c import Ccu2c
from hls_projects.rtl.chains.ccu2c_counters import LutPosition
from hls_projects.rtl.chains.ccu2c_verilog import Half, halves, physical_chains
from hls_projects.rtl.chains.lut2 import lut2

# Positions of a chain, that of its carry in included.  Each chain takes a CPE for that; long ones
# are harder to place, and the wires between them longer.
LONGEST = 17


class Addf(Ccu2c):
    """Chains of full adders."""

    def cells(self, netlist: Netlist) -> int:
        return sum(len(halves(chain)) - 1 for chain in physical_chains(netlist, LONGEST))

    def lines(self, netlist: Netlist, names: dict[int, str]) -> list[str]:
        lines = []
        for number, chain in enumerate(physical_chains(netlist, LONGEST)):
            _, *positions = halves(chain)
            lines.append(f"wire [{len(positions) - 1}:0] c{number};")
            carry = wire(chain[0].carry_in, names)
            for place, half in enumerate(positions):
                entering, carry = carry, f"c{number}[{place}]"
                lines += _full_adder(half, f"k{number}_{place}", entering, carry, names)
        return lines


def _full_adder(
    half: Half, name: str, entering: str, leaving: str, names: dict[int, str]
) -> list[str]:
    lines = []
    pins = [f".CI({entering})", f".CO({leaving})"]
    for pin, (bits, table) in zip("AB", terms(half.position), strict=True):
        made, source = lut2(f"{name}{pin.lower()}", bits, table, names)
        lines += made
        pins.append(f".{pin}({source})")
    if half.output is not None:
        pins.append(f".S({names[half.output]})")
    return [*lines, f"CC_ADDF {name} ({', '.join(pins)});"]


def terms(position: LutPosition) -> list[tuple[Sequence[Bit], tuple[int, ...]]]:
    """The two terms A and B that a position adds: bits, and the table over their signals."""
    low, high, table = position.pins[:2], position.pins[2:], position.table
    if high == (ZERO, ONE):
        # No second term, or the first one again: the carry that entered leaves as the sum.
        return [(low, table[:4]), (low, tuple(table[i] ^ table[8 + i] for i in range(4)))]
    return [(low, table[:4]), (high, tuple(table[4 * i] ^ table[0] for i in range(4)))]


ADDF = Addf()
