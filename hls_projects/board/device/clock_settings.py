"""Sets a routed netlist's PLL, and the two constants that follow from its clock."""

from __future__ import annotations

import re
from typing import Any

from hls_projects.board.device.pll import Pll, fastest

CONSTANT = re.compile(r"set_(divisor|kilohertz)\.bits\[(\d+)\]\.lut")
BITS = {"divisor": 16, "kilohertz": 20}
# Largest share by which bits may be too long or too short: over ten of them it is a fifth of one.
LARGEST_ERROR = 0.02
# A rate so close to the line's is worth a slower clock.
SMALL_ERROR = 0.005
# Of the routed Fmax, what the PLL may give at most, and what it should give at least.
HIGHEST, LOWEST = 0.98, 0.9


def clock_for(source: float, fmax: float, baud: int) -> Pll:
    """The PLL for a design: close below its Fmax, and if possible a multiple of the line's rate.

    Args:
        source: of the board's oscillator, MHz.
        fmax: highest clock after routing, MHz.
        baud: bits a second of the serial line.

    Raises:
        ValueError: if the PLL cannot be so slow.
    """
    pll = fastest(source, HIGHEST * fmax)
    whole = pll.megahertz * 1e6 // baud * baud / 1e6
    if abs(pll.megahertz / whole - 1 if whole else 0) > SMALL_ERROR and whole > LOWEST * fmax:
        return fastest(source, whole)
    return pll


def divisor_of(megahertz: float, baud: int) -> int:
    """Clock cycles a bit of the serial line.

    Raises:
        ValueError: if no whole number comes within 2 % of the baud rate.
    """
    cycles = megahertz * 1e6 / baud
    divisor = max(1, round(cycles))
    if abs(cycles / divisor - 1) > LARGEST_ERROR:
        raise ValueError(
            f"`baud` must be at most {megahertz * 1e6 * LARGEST_ERROR * 2:,.0f}, or divide the "
            f"clock of {megahertz:.3f} MHz within 2 %. Received: {baud:,}"
        )
    return divisor


def set_clock(module: dict[str, Any], pll: Pll, divisor: int, kilohertz: int) -> None:
    """Changes a routed netlist in place, which nothing else of it notices.

    Args:
        module: as read_routed returns it.
        pll: the PLL's dividers.
        divisor: clock cycles a bit of the serial line.
        kilohertz: of the clock, which the board's hello says.

    Raises:
        ValueError: if the netlist has not one PLL and every bit of both constants.
    """
    values = {"divisor": divisor, "kilohertz": kilohertz}
    plls = [cell for cell in module["cells"].values() if cell["type"] == "EHXPLLL"]
    tables = {}
    for name, cell in module["cells"].items():
        if found := CONSTANT.search(name):
            tables[found[1], int(found[2])] = cell
    expected = {(name, bit) for name, bits in BITS.items() for bit in range(bits)}
    if len(plls) != 1 or set(tables) != expected:
        raise ValueError(
            f"a routed netlist must have one PLL and {len(expected)} constants. Received: "
            f"{len(plls)} and {len(tables)}"
        )
    for name, value in pll.parameters().items():
        plls[0]["parameters"][name] = format(value, "032b")
    for (name, bit), cell in tables.items():
        cell["parameters"]["INITVAL"] = str(values[name] >> bit & 1) * 16


def clock_of(module: dict[str, Any]) -> dict[str, int]:
    """What `set_clock` set: the PLL's dividers, and both constants."""
    found = dict.fromkeys(BITS, 0)
    for name, cell in module["cells"].items():
        if constant := CONSTANT.search(name):
            found[constant[1]] |= int(cell["parameters"]["INITVAL"][0]) << int(constant[2])
        elif cell["type"] == "EHXPLLL":
            dividers = {n: v for n, v in cell["parameters"].items() if n.endswith("_DIV")}
            found |= {name: int(value, 2) for name, value in dividers.items()}
    return found
