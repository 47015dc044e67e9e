"""A netlist as functions of single bits between registers, evaluated over any values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

FALSE, TRUE = 0, 1


class Algebra(Protocol):
    """Values that gates compute with: decision diagrams, or words of many simulations."""

    false: Any
    true: Any

    def gate(self, kind: str, values: tuple[Any, ...]) -> Any:
        """The output of a gate: not, and, or, xor, or mux (low, high, select)."""


@dataclass(frozen=True)
class Function:
    """One output of a cell: gates over its pins.

    Attributes:
        gates: kind and operands of each; operands 0 and 1 are the constants, 2 … the pins in
            order, then the gates' outputs in order.
        result: operand that is the output.
    """

    gates: tuple[tuple[str, tuple[int, ...]], ...]
    result: int


@dataclass(frozen=True)
class Register:
    """A flip-flop without reset or enable.

    Attributes:
        data, clock: nets of its inputs.
        initial: value at the start; None for any.
    """

    data: int
    clock: int
    initial: int | None = None


@dataclass(frozen=True)
class Box:
    """A sequential module that is kept whole.

    Attributes:
        name: of the module.
        inputs, outputs: nets of its ports.
        inside: reads its own circuit, whose nets are others, or raises CircuitError.
    """

    name: str
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    inside: Callable[[], Circuit]


class CircuitError(ValueError):
    """The netlist is not what can be proven: a loop, a reset, paths of different latency."""


@dataclass
class Circuit:
    """Nets are integers; 0 and 1 are the constants.

    Attributes:
        functions: of each driven net, its function and the nets of the pins.
        registers: by the net of the output.
        boxes: sequential modules between blocks.
        inputs, outputs: nets of the top module's ports, the lowest bit first.
        names: of nets, for messages.
        wires: nets of the top module's wires that blocks may end at.
    """

    functions: dict[int, tuple[Function, tuple[int, ...]]]
    registers: dict[int, Register]
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    boxes: list[Box] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    wires: dict[str, list[int]] = field(default_factory=dict)

    def sources(self, net: int) -> tuple[int, ...]:
        """Nets that a net is computed from at once; none for ports and constants."""
        if net in self.registers:
            return (self.registers[net].data,)
        return self.functions[net][1] if net in self.functions else ()

    def driven(self, net: int) -> bool:
        """Whether a cell or a register drives a net."""
        return net in self.functions or net in self.registers

    def in_order(self, targets: Iterable[int], known: Mapping[int, Any] | None = None) -> list[int]:
        """The nets that targets depend on, each after its sources, down to the known ones.

        Raises:
            CircuitError: for a loop.
        """
        known = known or {}
        order: list[int] = []
        state: dict[int, bool] = {}
        stack = [(net, False) for net in targets]
        while stack:
            net, left = stack.pop()
            if left:
                state[net] = True
                order.append(net)
            elif net in state:
                continue
            elif net not in known:
                state[net] = False
                stack.append((net, True))
                for source in self.sources(net):
                    if state.get(source) is False:
                        raise CircuitError(f"a loop passes {self.name(source)}")
                    if source not in state:
                        stack.append((source, False))
        return order

    def name(self, net: int) -> str:
        return self.names.get(net, f"net {net}")

    def evaluate(
        self, targets: Iterable[int], known: dict[int, Any], algebra: Algebra
    ) -> dict[int, Any]:
        """Values of the targets from known ones; a register passes its input on.

        Values are forgotten after their last use.

        Raises:
            CircuitError: for a loop, or an undriven net that is not known.
        """
        targets = list(targets)
        values = {FALSE: algebra.false, TRUE: algebra.true, **known}
        order = self.in_order(targets, values)
        uses: dict[int, int] = dict.fromkeys(targets, 1)
        for net in order:
            for source in self.sources(net):
                uses[source] = uses.get(source, 0) + 1
        for net in order:
            values[net] = self._value(net, values, algebra)
            for source in self.sources(net):
                uses[source] -= 1
                if not uses[source]:
                    del values[source]
        return {net: values[net] for net in targets}

    def _value(self, net: int, values: dict[int, Any], algebra: Algebra) -> Any:
        if net in self.registers:
            return values[self.registers[net].data]
        if net not in self.functions:
            raise CircuitError(f"nothing drives {self.name(net)}")
        function, pins = self.functions[net]
        operands = [algebra.false, algebra.true, *(values[pin] for pin in pins)]
        for kind, chosen in function.gates:
            operands.append(algebra.gate(kind, tuple([operands[i] for i in chosen])))
        return operands[function.result]

    def replace(self, copies: Mapping[int, tuple[int, bool]]) -> None:
        """Drives registers and wires from others that they are proven to equal, or complement.

        Those others are what the next block begins at, so that no path leads round from them.
        """
        for net, (other, inverted) in copies.items():
            self.registers.pop(net, None)
            self.functions[net] = Function((("not" if inverted else "buffer", (2,)),), 3), (other,)

    def latencies(self, targets: Iterable[int], known: Mapping[int, int]) -> dict[int, int | None]:
        """Registers between the known nets and every net; None where only constants lead.

        Raises:
            CircuitError: where paths of different latency meet, so that values of different
                samples would mix.
        """
        found: dict[int, int | None] = {FALSE: None, TRUE: None, **known}
        for net in self.in_order(targets, found):
            before = {found[source] for source in self.sources(net)} - {None}
            if len(before) > 1:
                raise CircuitError(f"values of different clock cycles meet at {self.name(net)}")
            latency = before.pop() if before else None
            found[net] = None if latency is None else latency + (net in self.registers)
        return found
