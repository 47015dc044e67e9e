"""What differs between families where a netlist is placed and routed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Module = dict[str, Any]


@dataclass(frozen=True)
class Demand:
    """Cells that a netlist takes: LUTs as nextpnr counts them, flip-flops, carry cells."""

    luts: int
    ffs: int
    carries: int


@dataclass(frozen=True)
class Router:
    """nextpnr for one family.

    Args:
        name: of the family, as people write it.
        package: of nextpnr, on PyPI.
        luts: what its LUTs are called.
        carry: what its carry cells are called.
        devices: LUTs of each device, which has as many flip-flops; smallest first.
        speeds: speed grades or modes; the first one is the default.
        demand: what a flattened module takes.
        register_inputs: puts a flip-flop behind every input bit in use of a module, given its
            clock port, and returns how many.
        arguments: of nextpnr, for a device and a speed.
        used: luts, ffs, brams and dsps by the report's utilization, those at inputs included.
        luts_an_input_ff: LUTs that a flip-flop at an input occupies.
        device_text: of a device and a speed, for people.
    """

    name: str
    package: str
    luts: str
    carry: str
    devices: Mapping[str, int]
    speeds: tuple[int, ...]
    demand: Callable[[Module], Demand]
    register_inputs: Callable[[Module, str], int]
    arguments: Callable[[str, int], list[str]]
    used: Callable[[Mapping[str, Mapping[str, int]]], dict[str, int]]
    luts_an_input_ff: int
    device_text: Callable[[str, int], str]
