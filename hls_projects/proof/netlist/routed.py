"""The network within a routed board: its nets found by name, the board around it cut away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from hls_projects.board.simulation.netlist import NoModelError, read_routed, simulated
from hls_projects.proof.circuit import CircuitError

NETWORK = "wrapper.network."
SAMPLE = "wrapper.executor."
TESTING = "wrapper.testing"
Module = dict[str, Any]
Bit = int | str


def network_within(folder: Path, interface: Module) -> Module:
    """Yosys's JSON of module `top`: what was routed, from the sample's registers to the logits.

    Only names say which net is which bit of x and y.  A wrong name gives a network that the proof
    does not find equal.  The board's own registers of the sample become input ports; a board with
    a self-test counts as one that runs none.

    Args:
        folder: of the bitstream, with synthesized.json and routed.json.
        interface: Yosys's JSON of the network's module `top` before synthesis, hierarchy kept.

    Raises:
        CircuitError: if a net that is needed has no name any more, or a cell has no model.
    """
    synthesized = json.loads((folder / "synthesized.json").read_text(encoding="utf-8"))
    routed = read_routed(folder / "routed.json")
    names = _Names(synthesized["modules"]["board"], routed)
    try:
        (module,) = simulated(routed)["modules"].values()
    except NoModelError as error:
        raise CircuitError(str(error)) from None
    fresh = count(1 + max(b for c in module["cells"].values() for b in _bits(c)))
    outputs = _Outputs(interface, names, fresh)
    y = [outputs.net(bit) for bit in interface["ports"]["y"]["bits"]]
    (valid,) = (outputs.net(bit) for bit in interface["ports"]["out_valid"]["bits"])
    first, clock = _chain(module, valid)
    width = len(interface["ports"]["x"]["bits"])
    # Yosys keeps one of two names; what the network does not read was left out of the sample.
    x = [
        names.find(name, f"{SAMPLE}sample[{i}]") or next(fresh)
        for i, name in enumerate(_elements(f"{SAMPLE}x", width))
    ]
    tied = {} if (testing := names.find(TESTING)) is None else {testing: "0"}
    ports = {
        "clk": ("input", [clock]), "in_valid": ("input", [first]), "x": ("input", x),
        "out_valid": ("output", [valid]), "y": ("output", y),
    }
    cut = {clock, first, *x, *tied}
    cells = {name: _without(cell, cut, tied) for name, cell in module["cells"].items()}
    cells |= outputs.logic
    return {"attributes": {}, "netnames": {}, "cells": cells, "ports": {
        name: {"direction": direction, "bits": bits} for name, (direction, bits) in ports.items()
    }}


class _Names:
    """Nets of the routed netlist by the names that they had when they were synthesized."""

    def __init__(self, synthesized: Module, routed: Module) -> None:
        self.bits: dict[str, Bit] = {}
        self.aliases: dict[Bit, list[str]] = {}
        for name, net in synthesized["netnames"].items():
            for element, bit in zip(_elements(name, len(net["bits"])), net["bits"], strict=True):
                self.bits[element] = bit
                self.aliases.setdefault(bit, []).append(element)
        self.routed = {name: net["bits"][0] for name, net in routed["netnames"].items()}

    def find(self, *names: str) -> Bit | None:
        """The routed net of a bit by any of its names; a constant is "0" or "1"."""
        for name in names:
            bit = self.bits.get(name)
            if bit in ("0", "1"):
                return bit
            for alias in [] if bit in (None, "x") else self.aliases[bit]:
                if alias in self.routed:
                    return self.routed[alias]
        return None


class _Outputs:
    """Nets of the network's ports: those that its stages drive, and what stands behind them.

    The board takes inverters into its own logic.  So the proof ends at the registers, and what
    module `top` makes of them is added from its Verilog.

    Attributes:
        logic: those cells, by name.
    """

    def __init__(self, interface: Module, names: _Names, fresh: Iterator[int]) -> None:
        self.names, self.fresh = names, fresh
        self.logic: dict[str, Module] = {}
        self.made: dict[Bit, Bit] = {}
        self.drivers = {
            bit: (stage, cell, port, place)
            for stage, cell in interface["cells"].items()
            for port, bits in cell["connections"].items()
            if cell["port_directions"][port] == "output"
            for place, bit in enumerate(bits)
        }

    def net(self, bit: Bit) -> Bit:
        """The routed net of a bit of module `top`.

        Raises:
            CircuitError: if the net of a stage is gone, or nothing drives the bit.
        """
        if isinstance(bit, str):
            return bit
        if bit not in self.made:
            self.made[bit] = self._find(bit)
        return self.made[bit]

    def _find(self, bit: Bit) -> Bit:
        if bit not in self.drivers:
            raise CircuitError("an output of the network is driven by none of its stages")
        stage, cell, port, place = self.drivers[bit]
        if not cell["type"].startswith("$"):
            name = _elements(f"{NETWORK}{stage}.{port}", len(cell["connections"][port]))[place]
            if (found := self.names.find(name)) is None:
                raise CircuitError(f"the routed netlist has no net {name} any more")
            return found
        directions = cell["port_directions"]
        bits = {pin: b for pin, b in cell["connections"].items() if directions[pin] == "output"}
        self.made |= {b: next(self.fresh) for outputs in bits.values() for b in outputs}
        connections = {p: [self.net(b) for b in bs] for p, bs in cell["connections"].items()}
        self.logic[stage] = {**cell, "connections": connections}
        return self.made[bit]


def _chain(module: Module, valid: Bit) -> tuple[Bit, Bit]:
    """What enters the network's chain of registers that ends at `valid`, and their clock."""
    drivers = {
        cell["connections"]["Q"][0]: cell
        for name, cell in module["cells"].items()
        if cell["type"] == "TRELLIS_FF" and name.startswith(NETWORK)
    }
    clock: Bit = ""
    while valid in drivers:
        cell = drivers[valid]
        pin = "DI" if cell["parameters"].get("SD", "0").strip() == "1" else "M"
        (valid,), (clock,) = cell["connections"][pin], cell["connections"]["CLK"]
    if clock == "":
        raise CircuitError("no register of the network gives out_valid")
    return valid, clock


def _without(cell: Module, cut: set[Bit], tied: dict[Bit, str]) -> Module:
    """A cell that drives none of the nets in `cut`, and reads constants where nets are tied."""
    directions = cell["port_directions"]
    connections = {
        port: [tied.get(bit, bit) if directions[port] == "input" else bit for bit in bits]
        for port, bits in cell["connections"].items()
        if directions[port] == "input" or not cut.intersection(bits)
    }
    if any(bit in tied for bits in cell["connections"].values() for bit in bits):
        connections |= dict.fromkeys(_idle_pins(cell, connections), ["0"])
    return {**cell, "connections": connections,
            "port_directions": {port: directions[port] for port in connections}}


def _idle_pins(cell: Module, connections: dict[str, list[Bit]]) -> list[str]:
    """Pins of a LUT that decide nothing once others are constant."""
    if cell["type"] != "TRELLIS_COMB" or cell["parameters"].get("MODE", "LOGIC") != "LOGIC":
        return []
    table = cell["parameters"]["INITVAL"][::-1]
    fixed = {i: bit for i, pin in enumerate("ABCD") if (bit := connections[pin][0]) in ("0", "1")}
    reached = [a for a in range(16) if all(str(a >> i & 1) == bit for i, bit in fixed.items())]
    return [
        pin for i, pin in enumerate("ABCD")
        if i not in fixed and all(table[a] == table[a ^ 1 << i] for a in reached)
    ]


def _bits(cell: Module) -> Iterator[int]:
    for bits in cell["connections"].values():
        yield from (bit for bit in bits if isinstance(bit, int))


def _elements(name: str, width: int) -> list[str]:
    """Names of a net's bits, as nextpnr makes them."""
    return [name] if width == 1 else [f"{name}[{i}]" for i in range(width)]
