"""Flip-flops put behind the inputs of a netlist, as Yosys writes it in JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

Net = int | str
FlipFlop = Callable[[Net, Net, Net], dict[str, Any]]


def register_inputs(module: dict[str, Any], clock: str, flip_flop: FlipFlop) -> int:
    """Puts a flip-flop behind every input bit in use, so that paths from there are timed.

    Args:
        module: a flattened module, changed in place.
        clock: its clock port.
        flip_flop: makes the cell, of its clock, data and output nets.

    Returns:
        The number of flip-flops.

    Raises:
        ValueError: if `clock` is no input port of one bit.
    """
    inputs = {n: p["bits"] for n, p in module["ports"].items() if p["direction"] == "input"}
    edge = clock_net(module, clock)
    inputs.pop(clock)
    used, highest = readers(module), highest_net(module)
    registers = 0
    for name, bits in inputs.items():
        for place, bit in enumerate(bits):
            if used[bit]:
                registers += 1
                entering = highest + registers
                module["ports"][name]["bits"][place] = entering
                cell = flip_flop(edge, entering, bit)
                module["cells"][f"$input_register${name}${place}"] = cell
    return registers


def clock_net(module: dict[str, Any], clock: str) -> Net:
    """The net of the clock port; ValueError if it is no input port of one bit."""
    inputs = {n: p["bits"] for n, p in module["ports"].items() if p["direction"] == "input"}
    if len(inputs.get(clock, ())) != 1:
        raise ValueError(
            f"`clock` must be an input of one bit, of {', '.join(inputs)}. Received: {clock!r}"
        )
    return inputs[clock][0]


def readers(module: dict[str, Any]) -> Counter[Net]:
    """How many pins of cells read each net; ports of the module are not counted."""
    return Counter(
        bit for cell in module["cells"].values() for port, bits in cell["connections"].items()
        if cell["port_directions"][port] == "input" for bit in bits if isinstance(bit, int)
    )


def highest_net(module: dict[str, Any]) -> int:
    """The highest number of a net."""
    ports = [port["bits"] for port in module["ports"].values()]
    pins = [bits for cell in module["cells"].values() for bits in cell["connections"].values()]
    return max(bit for bits in [*ports, *pins] for bit in bits if isinstance(bit, int))
