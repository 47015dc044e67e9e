"""Netlists for ECP5 as Yosys writes them in JSON: what they take, and registers at their inputs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

LUTS_A_CCU2C = 2
# A space after 0s and 1s tells a string from a number.
PLAIN_FLIP_FLOP = {
    "CEMUX": "1 ",
    "CLKMUX": "CLK",
    "GSR": "DISABLED",
    "LSRMUX": "LSR",
    "REGSET": "RESET",
}
DIRECTIONS = {"CLK": "input", "DI": "input", "LSR": "input", "Q": "output"}


@dataclass(frozen=True)
class Demand:
    """Cells that a netlist takes: LUT4s (a CCU2C is made of two), flip-flops, CCU2Cs."""

    luts: int
    ffs: int
    carries: int


def demand(module: dict[str, Any]) -> Demand:
    """What a flattened module takes of a device."""
    types = Counter(cell["type"] for cell in module["cells"].values())
    carries = types["CCU2C"]
    return Demand(types["LUT4"] + LUTS_A_CCU2C * carries, types["TRELLIS_FF"], carries)


def register_inputs(module: dict[str, Any], clock: str) -> int:
    """Puts a flip-flop behind every input bit in use, so that paths from there are timed.

    Args:
        module: a flattened module, changed in place.
        clock: its clock port.

    Returns:
        The number of flip-flops.

    Raises:
        ValueError: if `clock` is no input port of one bit.
    """
    inputs = {n: p["bits"] for n, p in module["ports"].items() if p["direction"] == "input"}
    if len(inputs.get(clock, ())) != 1:
        raise ValueError(
            f"`clock` must be an input of one bit, of {', '.join(inputs)}. Received: {clock!r}"
        )
    (edge,) = inputs.pop(clock)
    used, highest = _read_bits(module)
    registers = 0
    for name, bits in inputs.items():
        for place, bit in enumerate(bits):
            if bit in used:
                registers += 1
                entering = highest + registers
                module["ports"][name]["bits"][place] = entering
                cell = _flip_flop(edge, entering, bit)
                module["cells"][f"$input_register${name}${place}"] = cell
    return registers


def _read_bits(module: dict[str, Any]) -> tuple[set[int], int]:
    """Nets that a cell's input reads, and the highest net number of all."""
    used: set[int] = set()
    highest = max(bit for port in module["ports"].values() for bit in _nets(port["bits"]))
    for cell in module["cells"].values():
        for port, bits in cell["connections"].items():
            highest = max([highest, *_nets(bits)])
            if cell["port_directions"][port] == "input":
                used.update(_nets(bits))
    return used, highest


def _nets(bits: list[int | str]) -> list[int]:
    return [bit for bit in bits if isinstance(bit, int)]


def _flip_flop(clock: int, data: int, output: int) -> dict[str, Any]:
    return {
        "hide_name": 1,
        "type": "TRELLIS_FF",
        "parameters": PLAIN_FLIP_FLOP,
        "attributes": {},
        "port_directions": DIRECTIONS,
        "connections": {"CLK": [clock], "DI": [data], "LSR": ["0"], "Q": [output]},
    }
