"""Yosys's JSON of a flattened module as a circuit."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hls_projects.proof.circuit import FALSE, TRUE, Box, Circuit, CircuitError, Function, Register

GATES = {
    "$_BUF_": ("buffer", "A"),
    "$_NOT_": ("not", "A"),
    "$_AND_": ("and", "AB"),
    "$_NAND_": ("nand", "AB"),
    "$_OR_": ("or", "AB"),
    "$_NOR_": ("nor", "AB"),
    "$_XOR_": ("xor", "AB"),
    "$_XNOR_": ("xnor", "AB"),
    "$_ANDNOT_": ("andnot", "AB"),
    "$_ORNOT_": ("ornot", "AB"),
    "$_MUX_": ("mux", "ABS"),
    "$_NMUX_": ("nmux", "ABS"),
}
# D flip-flops of a rising edge; letters of enable and synchronous reset say when they act.
FLIP_FLOP = re.compile(r"\$_(?:DFF_P|DFFE_P(?P<e>[PN])|SDFFC?E?_P(?P<r>[PN])[01](?P<re>[PN])?)_")
IGNORED = {"$scopeinfo"}
# Wires of the top module between its stages.
BETWEEN = re.compile(r"values_\d+")


class Reader:
    """Turns Yosys's JSON into a circuit; functions of a primitive are made once.

    Args:
        modules: of the JSON.
        top: the one that is read.
        enables: whether registers may have enables, which become logic; otherwise all take what
            they are given in every clock cycle.
    """

    def __init__(self, modules: dict[str, Any], top: str, enables: bool = False) -> None:
        self.modules = modules
        self.top = modules[top]
        self.enables = enables
        self.models: dict[str, dict[tuple[str, int], tuple[Function, list[tuple[str, int]]]]] = {}
        self.gates = {kind: _gate(*meaning) for kind, meaning in GATES.items()}
        self.free = -1
        self.circuit_ = Circuit({}, {}, self._ports("input"), self._ports("output"))

    def circuit(self) -> Circuit:
        for name, cell in self.top["cells"].items():
            ports = cell["connections"].items()
            self._add(name, cell["type"], {p: [self._net(b) for b in bits] for p, bits in ports})
        for name, net in self.top["netnames"].items():
            for place, bit in enumerate(net["bits"]):
                self.circuit_.names.setdefault(bit, f"{name}[{place}]")
            if BETWEEN.fullmatch(name):
                self.circuit_.wires[name] = [self._net(bit) for bit in net["bits"]]
            self._start(net["bits"], net["attributes"].get("init", ""))
        return self.circuit_

    def _start(self, bits: list[int | str], values: str) -> None:
        """Gives registers what they hold at the start, its highest bit first."""
        registers = self.circuit_.registers
        for bit, value in zip(bits, reversed(values), strict=False):
            if bit in registers and value in "01":
                registers[bit] = replace(registers[bit], initial=int(value))

    def _ports(self, direction: str) -> dict[str, list[int]]:
        return {
            name: [self._net(bit) for bit in port["bits"]]
            for name, port in self.top["ports"].items() if port["direction"] == direction
        }

    def _net(self, bit: int | str) -> int:
        """Net of a bit; undefined ones are nets that nothing drives, so that any value is tried."""
        if isinstance(bit, int):
            return bit
        if bit in "01":
            return (FALSE, TRUE)[int(bit)]
        self.free -= 1
        return self.free

    def _drive(self, net: int, function: Function, pins: tuple[int, ...]) -> None:
        self._check_free(net)
        self.circuit_.functions[net] = function, pins

    def _check_free(self, net: int) -> None:
        """Raises CircuitError for a net that a cell, an input port or a constant drives."""
        inputs = self.circuit_.inputs.values()
        if net in (FALSE, TRUE) or self.circuit_.driven(net) or any(net in i for i in inputs):
            raise CircuitError(f"two cells drive net {net}")

    def _add(self, name: str, kind: str, pins: dict[str, list[int]]) -> None:
        if kind in self.gates:
            function, ports = self.gates[kind]
            self._drive(pins["Y"][0], function, tuple(pins[p][0] for p in ports))
        elif kind.startswith("$_") and FLIP_FLOP.fullmatch(kind):
            self._check_free(pins["Q"][0])
            self.circuit_.registers[pins["Q"][0]] = Register(
                self._data(name, kind, pins), pins["C"][0])
        elif kind == "$shr" and {*pins["A"]} <= {FALSE, TRUE} and len(pins["Y"]) <= len(pins["A"]):
            for shift, net in enumerate(pins["Y"]):
                function = _table_function(tuple(pins["A"][shift:]), len(pins["B"]))
                self._drive(net, function, tuple(pins["B"]))
        elif kind in self.modules:
            self._add_module(kind, pins)
        elif kind not in IGNORED:
            raise CircuitError(f"cell {name} is no gate, no primitive, no flip-flop: {kind}")

    def _data(self, name: str, kind: str, pins: dict[str, list[int]]) -> int:
        """Net of what a flip-flop takes: its input, or what it holds while it is not enabled."""
        enable = FLIP_FLOP.fullmatch(kind)["e"]
        if not enable or not self.enables:
            _check_always_active(name, kind, pins)
            return pins["D"][0]
        function, _ = self.gates["$_MUX_"]
        (data,), (held,), (enabled,) = pins["D"], pins["Q"], pins["E"]
        taken = self._net("x")
        choices = (held, data) if enable == "P" else (data, held)
        self._drive(taken, function, (*choices, enabled))
        return taken

    def _add_module(self, kind: str, pins: dict[str, list[int]]) -> None:
        if "blackbox" in self.modules[kind]["attributes"] or any(
            c["type"].startswith("$_") and "FF" in c["type"] or c["type"].startswith("$mem")
            for c in self.modules[kind]["cells"].values()
        ):
            ports = self.modules[kind]["ports"]
            parts = [{p: n for p, n in pins.items() if ports[p]["direction"] == d}
                     for d in ("input", "output")]
            inside = Reader(self.modules, kind, enables=True).circuit
            self.circuit_.boxes.append(Box(kind, *parts, inside))
            return
        module = self.modules[kind]
        if sum(len(p["bits"]) for p in module["ports"].values() if p["direction"] == "input") > 6:
            self._expand(module, pins)
            return
        if kind not in self.models:
            self.models[kind] = _functions(module)
        for (port, place), (function, used) in self.models[kind].items():
            if port in pins:
                nets = tuple(pins[p][i] if p in pins else self._net("x") for p, i in used)
                self._drive(pins[port][place], function, nets)

    def _expand(self, module: dict[str, Any], pins: dict[str, list[int]]) -> None:
        """The gates of a primitive of many pins, such as a carry cell, with nets of their own."""
        nets: dict[Any, int] = {"0": FALSE, "1": TRUE}
        for port, p in module["ports"].items():
            for place, bit in enumerate(p["bits"]):
                if p["direction"] == "input" or port in pins:
                    outer = pins[port][place] if port in pins else self._net("x")
                    if nets.setdefault(bit, outer) != outer and p["direction"] == "output":
                        function, _ = self.gates["$_BUF_"]
                        self._drive(outer, function, (nets[bit],))
        for name, cell in module["cells"].items():
            inner = {
                port: [self._net("x") if bit == "x" else nets.setdefault(bit, self._net("x"))
                       for bit in bits]
                for port, bits in cell["connections"].items()
            }
            self._add(name, cell["type"], inner)


def _gate(kind: str, ports: str) -> tuple[Function, str]:
    return Function(((kind, tuple(range(2, 2 + len(ports)))),), 2 + len(ports)), ports


@lru_cache(None)
def _table_function(table: tuple[int, ...], inputs: int) -> Function:
    """The entry of a table at the address that the inputs encode, lowest first; 0 beyond it."""
    gates: list[tuple[str, tuple[int, ...]]] = []

    @lru_cache(None)
    def entry(first: int, size: int) -> int:
        if first >= len(table) or size == 0:
            return table[first] if first < len(table) else FALSE
        low, high = entry(first, size - 1), entry(first + (1 << size - 1), size - 1)
        if low == high:
            return low
        gates.append(("mux", (low, high, 1 + size)))
        return 1 + inputs + len(gates)

    result = entry(0, inputs)
    return Function(tuple(gates), result)


def _check_always_active(name: str, kind: str, pins: dict[str, list[int]]) -> None:
    """Raises CircuitError unless enable and reset, where there are any, are tied off."""
    acts = FLIP_FLOP.fullmatch(kind)
    enable, reset = acts["e"] or acts["re"], acts["r"]
    if enable and pins["E"] != [TRUE if enable == "P" else FALSE]:
        raise CircuitError(f"flip-flop {name} has an enable that is not constant")
    if reset and pins["R"] != [FALSE if reset == "P" else TRUE]:
        raise CircuitError(f"flip-flop {name} has a reset that is not constant")


def _functions(module: dict[str, Any]) -> dict[tuple[str, int], Any]:
    """Of every output bit of a combinational module: its function, and the pins that it uses."""
    pins = {
        bit: (port, place)
        for port, p in module["ports"].items() if p["direction"] == "input"
        for place, bit in enumerate(p["bits"])
    }
    drivers = {}
    for name, cell in module["cells"].items():
        if cell["type"] not in GATES:
            raise CircuitError(f"a primitive's model has a cell {name} of type {cell['type']}")
        kind, ports = GATES[cell["type"]]
        operands = [cell["connections"][port][0] for port in ports]
        drivers[cell["connections"]["Y"][0]] = kind, operands
    return {
        (port, place): _function(bit, pins, drivers)
        for port, p in module["ports"].items() if p["direction"] == "output"
        for place, bit in enumerate(p["bits"])
    }


def _function(bit: Any, pins: dict[Any, Any], drivers: dict[Any, Any]) -> Any:
    gates: list[Any] = []
    used: list[Any] = []
    stack = [bit]
    seen = set()
    while stack:
        net = stack.pop()
        if net in seen or net in ("0", "1"):
            continue
        seen.add(net)
        if net in pins:
            used.append(net)
        elif net in drivers:
            stack += drivers[net][1]
        else:
            raise CircuitError(f"nothing drives bit {net} of a primitive's model")
    place = {"0": FALSE, "1": TRUE, **{net: 2 + i for i, net in enumerate(used)}}

    def visit(net: Any) -> int:
        if net not in place:
            kind, operands = drivers[net]
            chosen = tuple([visit(operand) for operand in operands])
            gates.append((kind, chosen))
            place[net] = 1 + len(used) + len(gates)
        return place[net]

    result = visit(bit)
    return Function(tuple(gates), result), [pins[net] for net in used]
