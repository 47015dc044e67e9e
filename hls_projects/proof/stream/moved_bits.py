"""A module that moves pixels, as a machine: what each of its registers holds of which pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hls_projects.proof.circuit import FALSE, TRUE, Circuit, CircuitError, Function
from hls_projects.proof.netlist.folding import fold_constants

# Values are 0, 1, or of a bit of the pixel that is the lag-th newest: 2 · lag + 2, and one more for
# its complement.  Others are a bit that may be either, whatever the pixels are, and one of which
# nothing is said.
ANY, UNKNOWN = -2, -1


def bit_of(lag: int) -> int:
    """The value that stands for a bit of a pixel.

    Args:
        lag: pixels that arrived since; 0 for the one that arrives now.
    """
    return 2 * lag + 2


class MovedBits:
    """A machine that moves the bits of a pixel, all of them alike.

    Nets that do not depend on the pixels are its control.  All others must be functions of control
    and of bits at one place of a pixel.  Those with the same function are one *node*, at whichever
    place: so one place is followed in place of all, and nothing is lost by it.

    Args:
        circuit: of the module, with ports clk, in_valid, x, out_valid and y.

    Raises:
        CircuitError: if control begins unknown, if out_valid depends on pixels, if bits of several
            places of a pixel meet, if a register has another clock, or for a loop.

    Attributes:
        y: node and place of each bit of port y; a place of None where it is control.
        start: what its registers hold at the start.
    """

    def __init__(self, circuit: Circuit) -> None:
        fold_constants(circuit)
        self.circuit = circuit
        self.nodes: dict[tuple[object, ...], int] = {}
        self.found: dict[int, tuple[int, int | None]] = {
            FALSE: (self._node("constant", FALSE), None),
            TRUE: (self._node("constant", TRUE), None),
        }
        self.arrives, self.pixel = self._node("in_valid"), self._node("x")
        self.unknown, self.itself = self._node("unknown"), self._node("itself")
        self._ports()
        self.leaves = dict.fromkeys([*circuit.registers, *self.found])
        ends = [*circuit.outputs["out_valid"], *circuit.outputs["y"]]
        registers = self._registers(ends)
        control = self._control(registers)
        self.next: dict[int, int] = {}
        self.start_of: dict[int, int] = {}
        for net in control:
            self.found[net] = self._node("control", net), None
        for net in control:
            register, (node, _) = circuit.registers[net], self.found[net]
            if register.initial is None:
                raise CircuitError(f"the control {circuit.name(net)} begins unknown")
            self.next[node], _ = self._value(register.data)
            self.start_of[node] = register.initial
        for net in self._data(set(registers) - set(control)):
            self._add_data(net)
        (valid,) = circuit.outputs["out_valid"]
        self.valid, place = self._value(valid)
        if place is not None:
            raise CircuitError("out_valid depends on pixels")
        self.y = [self._value(net) for net in circuit.outputs["y"]]
        self.registers = list(self.next)
        self.start = tuple(self.start_of.get(node, ANY) for node in self.registers)
        self.program = self._program([*self.next.values(), self.valid, *(n for n, _ in self.y)])

    def step(self, state: tuple[int, ...], arrives: int) -> tuple[tuple[int, ...], list[int]]:
        """What the registers hold in the next clock cycle, and the value of every node in this one.

        Lags are those of this cycle in both.

        Args:
            state: what they hold, in order of `registers`.
            arrives: in_valid.
        """
        values = [ANY] * len(self.nodes)
        values[FALSE], values[TRUE] = FALSE, TRUE
        values[self.arrives] = arrives
        values[self.pixel] = bit_of(0) if arrives else ANY
        for node, value in zip(self.registers, state, strict=True):
            values[node] = value
        for node, gate, operands in self.program:
            values[node] = gate(*[values[operand] for operand in operands])
        return tuple([values[node] for node in self.next.values()]), values

    def _node(self, *key: object) -> int:
        return self.nodes.setdefault(key, len(self.nodes))

    def _ports(self) -> None:
        circuit = self.circuit
        (arrives,) = circuit.inputs["in_valid"]
        self.found[arrives] = self.arrives, None
        for place, net in enumerate(circuit.inputs["x"]):
            self.found[net] = self.pixel, place

    def _registers(self, ends: list[int]) -> list[int]:
        """Those that ports depend on."""
        circuit, seen, left = self.circuit, set(ends), list(ends)
        while left:
            for source in circuit.sources(left.pop()):
                if source not in seen:
                    seen.add(source)
                    left.append(source)
        (clock,) = circuit.inputs["clk"]
        found = [net for net in circuit.registers if net in seen]
        for net in found:
            if circuit.registers[net].clock != clock:
                raise CircuitError(f"the clock of {circuit.name(net)} is not port clk")
        return found

    def _control(self, registers: list[int]) -> list[int]:
        """Those that no pixel reaches."""
        circuit, readers = self.circuit, {}
        for net in [*circuit.functions, *circuit.registers]:
            for source in circuit.sources(net):
                readers.setdefault(source, []).append(net)
        reached, left = set(), list(circuit.inputs["x"])
        while left:
            for net in readers.get(left.pop(), ()):
                if net not in reached:
                    reached.add(net)
                    left.append(net)
        return [net for net in registers if net not in reached]

    def _data(self, left: set[int]) -> Iterable[int]:
        """Registers of pixels, each after those that it takes values from, but itself.

        Raises:
            CircuitError: where some take values from each other.
        """
        circuit = self.circuit
        order: dict[int, None] = {}
        for first in sorted(left):
            stack, entered = [first], set()
            while stack:
                net = stack[-1]
                taken = self._before(circuit.registers[net].data)
                before = {n for n in taken if n in left and n != net and n not in order}
                if not before:
                    order[net] = None
                    stack.pop()
                elif net in entered:
                    raise CircuitError(f"pixels go round through {circuit.name(net)}")
                else:
                    entered.add(net)
                    stack += sorted(before)
        return order

    def _before(self, net: int) -> set[int]:
        """Registers that a net is computed from at once."""
        circuit = self.circuit
        if net in self.leaves:
            return {net}
        cone = circuit.in_order([net], self.leaves)
        return {s for n in cone for s in circuit.sources(n) if s in circuit.registers}

    def _add_data(self, net: int) -> None:
        """Finds the node of a register of pixels; it begins with anything, if not by a value."""
        register, found = self.circuit.registers[net], self.found
        data = register.data
        found[net] = self.itself, None
        inner = self.circuit.in_order([data], found)
        form, place = self._value(data)
        for other in inner:
            del found[other]
        node = self._node("register", form)
        found[net] = node, place
        self.next[node], _ = self._value(data)
        if register.initial is not None:
            self.start_of[node] = UNKNOWN

    def _value(self, net: int) -> tuple[int, int | None]:
        """Node and place of a net."""
        circuit, found = self.circuit, self.found
        for inner in circuit.in_order([net], found):
            if inner in circuit.functions:
                found[inner] = self._computed(*circuit.functions[inner])
            elif inner not in found:
                found[inner] = self.unknown, None
        return found[net]

    def _computed(self, function: Function, pins: tuple[int, ...]) -> tuple[int, int | None]:
        places = {self.found[pin][1] for pin in pins} - {None}
        if len(places) > 1:
            raise CircuitError("bits of several places of a pixel meet")
        operands = [FALSE, TRUE, *(self.found[pin][0] for pin in pins)]
        for kind, chosen in function.gates:
            operands.append(self._node(kind, *(operands[i] for i in chosen)))
        return operands[function.result], next(iter(places), None)

    def _program(self, ends: list[int]) -> list[tuple[int, Callable[..., int], tuple[int, ...]]]:
        """Gates that ends depend on, each after its operands."""
        gates = {node: key for key, node in self.nodes.items() if key[0] in GATES}
        needed, left = set(ends), list(ends)
        while left:
            for operand in gates.get(left.pop(), ())[1:]:
                if operand not in needed:
                    needed.add(operand)
                    left.append(operand)
        return [(node, GATES[key[0]], key[1:]) for node, key in gates.items() if node in needed]


def _not(a: int) -> int:
    return a if a < 0 else a ^ 1


def _and(a: int, b: int) -> int:
    if FALSE in (a, b):
        return FALSE
    return _neutral(TRUE, a, b)


def _or(a: int, b: int) -> int:
    if TRUE in (a, b):
        return TRUE
    return _neutral(FALSE, a, b)


def _neutral(neutral: int, a: int, b: int) -> int:
    if a == neutral:
        return b
    if b == neutral:
        return a
    return a if a == b >= 0 else UNKNOWN


def _xor(a: int, b: int) -> int:
    if a in (FALSE, TRUE):
        return _not(b) if a else b
    if b in (FALSE, TRUE):
        return _not(a) if b else a
    return UNKNOWN


def _mux(low: int, high: int, select: int) -> int:
    if select in (FALSE, TRUE):
        return high if select else low
    return low if low == high >= 0 else UNKNOWN


GATES = {"not": _not, "and": _and, "or": _or, "xor": _xor, "mux": _mux}
