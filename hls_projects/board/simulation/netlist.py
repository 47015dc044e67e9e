"""A routed netlist as nextpnr writes it, made ready for simulation by the models of cells.v."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from hls_projects.board.simulation.block_ram import BlockRam, BlockRamError

# Models of the cells.
CELLS = Path(__file__).with_name("cells.v")
Cell = dict[str, Any]
BLOCK_RAM = "DP16KD"

# Pins of each kind of cell that has a model, with what each is where nothing drives it.  An input
# of a LUT is then 1; the others have a constant that the checks below make irrelevant.
PINS: dict[str, dict[str, str]] = {
    "TRELLIS_COMB": {
        "A": "1", "B": "1", "C": "1", "D": "1", "M": "1", "FCI": "0", "F1": "1", "FXA": "1",
        "FXB": "1",
    },
    "TRELLIS_FF": {"CLK": "", "CE": "1", "LSR": "0", "DI": "0", "M": "0"},
    "TRELLIS_IO": {"B": "", "I": ""},
    "DCCA": {"CLKI": "", "CE": ""},
    "EHXPLLL": {"CLKI": "", "CLKFB": ""},
}
OUTPUTS = {
    "TRELLIS_COMB": ("F", "FCO", "OFX"),
    "TRELLIS_FF": ("Q",),
    "TRELLIS_IO": ("O", "B"),
    "DCCA": ("CLKO",),
    "EHXPLLL": ("CLKOP", "CLKOS", "LOCK"),
}
# Parameters whose value a model knows; a value not here has no model.
KNOWN: dict[str, dict[str, tuple[str, ...]]] = {
    "TRELLIS_COMB": {"MODE": ("LOGIC", "CCU2"), "CCU2_INJECT1": ("NO", "YES")},
    "TRELLIS_FF": {
        "GSR": ("DISABLED",), "CLKMUX": ("CLK",), "LSRMUX": ("LSR", "INV"), "SD": ("0", "1"),
        "CEMUX": ("1", "CE", "INV"), "REGSET": ("SET", "RESET"), "SRMODE": ("LSR_OVER_CE",),
    },
    "TRELLIS_IO": {"DIR": ("INPUT", "OUTPUT")},
    "DCCA": {},
    "EHXPLLL": {"CLKOS_ENABLE": ("ENABLED",), "FEEDBK_PATH": ("CLKOP",)},
}
PASSED = {
    "TRELLIS_COMB": ("MODE", "INITVAL", "CCU2_INJECT1"),
    "TRELLIS_FF": tuple(KNOWN["TRELLIS_FF"]),
}


class NoModelError(ValueError):
    """A routed netlist has a cell, or a setting of one, that nothing here can simulate."""


def read_routed(path: Path) -> dict[str, Any]:
    """The only module of the netlist that nextpnr wrote.

    Raises:
        ValueError: if it holds another number of modules.
    """
    modules = json.loads(path.read_text(encoding="utf-8"))["modules"]
    if len(modules) != 1:
        raise ValueError(f"a routed netlist must hold one module. Received: {', '.join(modules)}")
    return next(iter(modules.values()))


def kinds(module: dict[str, Any]) -> Counter[str]:
    """How many cells there are of each kind, and mode where it has one."""
    return Counter(
        " ".join(filter(None, (cell["type"], cell["parameters"].get("MODE"))))
        for cell in module["cells"].values()
    )


def simulated(module: dict[str, Any]) -> dict[str, Any]:
    """Yosys's JSON of the netlist, module `board`, whose cells are those of cells.v.

    Raises:
        NoModelError: for a kind of cell, or a setting of one, that has no model.
    """
    cells = {
        name: _modelled(name, cell)
        for name, cell in module["cells"].items() if cell["type"] != BLOCK_RAM
    }
    cells |= _memories(module)
    ports = {name: {**port} for name, port in module["ports"].items()}
    return {"modules": {"board": {"attributes": {}, "ports": ports, "cells": cells,
                                  "netnames": {}}}}


def _memories(module: dict[str, Any]) -> dict[str, Cell]:
    """Tables and registers of all block RAMs."""
    rams = {name: c for name, c in module["cells"].items() if c["type"] == BLOCK_RAM}
    if not rams:
        return {}
    pins = [
        (cell["port_directions"][pin], bit)
        for cell in module["cells"].values() for pin, bits in cell["connections"].items()
        for bit in bits
    ]
    read = {bit for direction, bit in pins if direction != "output"}
    new = count(max(bit for _, bit in pins) + 1)
    found = {}
    for name, ram in rams.items():
        try:
            made = BlockRam(ram, read).cells(new)
            found |= {f"{name}${i}": cell for i, cell in enumerate(made)}
        except BlockRamError as error:
            raise NoModelError(f"{name}: {error}") from None
    return found


def _modelled(name: str, cell: Cell) -> Cell:
    kind = cell["type"]
    if kind not in PINS:
        there_are = _list([*PINS, BLOCK_RAM])
        raise NoModelError(f"{name}: a cell of kind {kind} has no model; there are {there_are}")
    for parameter, allowed in KNOWN[kind].items():
        value = _text(cell["parameters"].get(parameter, allowed[0]))
        if value not in allowed:
            raise NoModelError(
                f"{name}: a {kind} whose {parameter} is {value} has no model; there are "
                f"{_list(allowed)}"
            )
    _check_pins(name, cell)
    model, pins, outputs = kind, PINS[kind], OUTPUTS[kind]
    parameters = {n: _value(n, cell) for n in PASSED.get(kind, ()) if n in cell["parameters"]}
    if kind == "TRELLIS_IO":
        reads = cell["parameters"]["DIR"] == "INPUT"
        model = "INPUT_PAD" if reads else "OUTPUT_PAD"
        pins, outputs = ({"B": ""}, ("O",)) if reads else ({"I": ""}, ("B",))
    elif kind == "TRELLIS_COMB" and _driven(cell, "FXA"):
        parameters["WIDE"] = format(1, "032b")
    connections = {pin: cell["connections"].get(pin) or [unused] for pin, unused in pins.items()}
    undriven = [pin for pin, (bit, *_) in connections.items() if bit == ""]
    if undriven:
        raise NoModelError(f"{name}: nothing drives {_list(undriven)} of this {kind}")
    directions = dict.fromkeys(pins, "input") | dict.fromkeys(outputs, "output")
    connections |= {pin: cell["connections"][pin] for pin in outputs if _driven(cell, pin)}
    return {
        "hide_name": 0, "type": model, "parameters": parameters, "attributes": {},
        "port_directions": {pin: directions[pin] for pin in connections},
        "connections": connections,
    }


def _check_pins(name: str, cell: Cell) -> None:
    """Refuses connected pins that a model leaves out, and constants that could matter."""
    kind, mode = cell["type"], cell["parameters"].get("MODE", "LOGIC")
    ignored = {"EHXPLLL"}
    known = {*PINS[kind], *OUTPUTS[kind]}
    others = [pin for pin in cell["connections"] if _driven(cell, pin) and pin not in known]
    if others and kind not in ignored:
        raise NoModelError(f"{name}: the model of {kind} has no pin {_list(others)}")
    if kind == "TRELLIS_FF":
        source = "DI" if _text(cell["parameters"].get("SD", "0")) == "1" else "M"
        if not _driven(cell, source):
            raise NoModelError(f"{name}: nothing drives {source} of this flip-flop")
    elif kind == "TRELLIS_COMB" and mode == "CCU2":
        if not _driven(cell, "FCI") and _needs_carry(cell):
            raise NoModelError(f"{name}: nothing drives the carry that this cell reads")
    elif kind == "TRELLIS_COMB" and _driven(cell, "OFX") and not _driven(cell, "M"):
        raise NoModelError(f"{name}: nothing selects the output of this multiplexer")


def _needs_carry(cell: Cell) -> bool:
    """Whether the carry in decides an output that something reads."""
    injected = cell["parameters"].get("CCU2_INJECT1", "NO") == "YES"
    if _driven(cell, "F") and not injected:
        return True
    if not _driven(cell, "FCO"):
        return False
    # The carry passes where the table is 1, at any address that the driven pins can make.
    table = cell["parameters"]["INITVAL"][::-1]
    fixed = [i for i, pin in enumerate("ABCD") if not _driven(cell, pin)]
    reached = [a for a in range(16) if all(a >> i & 1 for i in fixed)]
    return any(table[address] == "1" for address in reached)


def _driven(cell: Cell, pin: str) -> bool:
    return bool(cell["connections"].get(pin))


def _text(value: str) -> str:
    """A string of nextpnr's JSON, in which a space after 0s and 1s tells it from a number."""
    return value.rstrip(" ")


def _value(name: str, cell: Cell) -> str:
    value = cell["parameters"][name]
    return value if name == "INITVAL" else _text(value) + (" " if set(value) <= set("01 ") else "")


def _list(names: Any) -> str:
    return ", ".join(names)
