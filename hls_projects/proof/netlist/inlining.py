"""Nets inside of primitives put into what reads them, so that a cone has the nets of cells alone.

A carry is p · carry in + ¬p · g.  Its two terms are never both 1, which is lost where they are cut.
"""

from __future__ import annotations

from collections import Counter

from hls_projects.proof.circuit import Circuit, Function

# Pins of a function that nets were put into.
MOST_PINS = 6


def inline_inner_nets(circuit: Circuit, inner: set[int]) -> None:
    """Puts inner nets that one net reads into that one's function.

    Args:
        circuit: changed in place; every other net keeps its function.
        inner: nets inside of primitives.
    """
    readers = Counter(pin for _, pins in circuit.functions.values() for pin in pins)
    readers.update(register.data for register in circuit.registers.values())
    readers.update(net for nets in circuit.outputs.values() for net in nets)
    readers.update(net for box in circuit.boxes for nets in box.inputs.values() for net in nets)
    single = {net for net in inner if readers[net] == 1 and net in circuit.functions}
    for net in circuit.in_order(circuit.functions, dict.fromkeys(circuit.registers)):
        if net not in circuit.functions:
            continue
        function, pins = circuit.functions[net]
        for pin in pins:
            if pin in single:
                merged = _merged(function, pins, pin, *circuit.functions[pin])
                if len(merged[1]) <= MOST_PINS:
                    function, pins = merged
                    single.discard(pin)
                    del circuit.functions[pin]
        circuit.functions[net] = function, pins


def _merged(
    outer: Function, outer_pins: tuple[int, ...], net: int, inner: Function, inner_pins: tuple
) -> tuple[Function, tuple[int, ...]]:
    """One function of the pins of both; `net` is a pin of the outer one no more."""
    pins = list(dict.fromkeys([*(p for p in outer_pins if p != net), *inner_pins]))
    gates: list[tuple[str, tuple[int, ...]]] = []
    of_inner = _copied(inner, [2 + pins.index(p) for p in inner_pins], len(pins), gates)
    operands = [of_inner if p == net else 2 + pins.index(p) for p in outer_pins]
    result = _copied(outer, operands, len(pins), gates)
    return Function(tuple(gates), result), tuple(pins)


def _copied(
    function: Function, pins: list[int], count: int, gates: list[tuple[str, tuple[int, ...]]]
) -> int:
    """Appends a function's gates, of `count` pins in all; the operand that is its result."""
    place = [0, 1, *pins]
    for kind, chosen in function.gates:
        gates.append((kind, tuple(place[operand] for operand in chosen)))
        place.append(1 + count + len(gates))
    return place[function.result]
