"""Constants folded into the functions that read them, so that a cone holds what has influence.

A carry chain may begin anew in its middle, where a constant keeps the carry before it out.
"""

from __future__ import annotations

from collections.abc import Callable

from hls_projects.proof.circuit import FALSE, TRUE, Circuit, Function

Gate = tuple[str, tuple[int, ...]]
# Gates as those below of operands, and whether the result is inverted.
PLAIN = {"nand": "and", "nor": "or", "xnor": "xor", "nmux": "mux"}


def fold_constants(circuit: Circuit) -> None:
    """Puts constants into all functions; what they do not depend on then is no pin any more.

    Args:
        circuit: changed in place; every net keeps its function.

    Raises:
        CircuitError: for a loop.
    """
    known: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}
    order = circuit.in_order(circuit.functions, dict.fromkeys(circuit.registers))
    for net in order:
        if net in circuit.functions:
            function, pins = folded(*circuit.functions[net], known)
            circuit.functions[net] = function, pins
            if function.result in (FALSE, TRUE):
                known[net] = function.result


def folded(
    function: Function, pins: tuple[int, ...], known: dict[int, int]
) -> tuple[Function, tuple[int, ...]]:
    """A function of the pins that are left, once some nets are known to be constant."""
    new_pins: list[int] = []
    for pin in pins:
        if pin not in known and pin not in new_pins:
            new_pins.append(pin)
    place = {pin: 2 + i for i, pin in enumerate(new_pins)}
    operands = [FALSE, TRUE, *(known.get(pin, place.get(pin)) for pin in pins)]
    gates: list[Gate] = []

    def add(kind: str, *chosen: int) -> int:
        gates.append((kind, chosen))
        return 1 + len(new_pins) + len(gates)

    for kind, chosen in function.gates:
        operands.append(_gate(kind, tuple(operands[i] for i in chosen), add))
    return _used(gates, operands[function.result], new_pins)


def _gate(kind: str, values: tuple[int, ...], add: Callable[..., int]) -> int:
    """The operand that a gate's output is, made with `add` where it is no operand yet."""
    if kind in PLAIN:
        return _gate("not", (_gate(PLAIN[kind], values, add),), add)
    if kind in ("andnot", "ornot"):
        inverse = _gate("not", values[1:], add)
        return _gate(kind.removesuffix("not"), (values[0], inverse), add)
    if kind == "buffer":
        return values[0]
    if kind == "not":
        return 1 - values[0] if values[0] in (FALSE, TRUE) else add("not", values[0])
    if kind == "mux":
        return _mux(*values, add)
    return _of_two(kind, *sorted(values), add)


def _of_two(kind: str, a: int, b: int, add: Callable[..., int]) -> int:
    """and, or, xor of two operands, the constant first where there is one."""
    if kind == "xor":
        if a == b:
            return FALSE
        if a == FALSE:
            return b
        return _gate("not", (b,), add) if a == TRUE else add("xor", a, b)
    if a == b:
        return a
    absorbing, neutral = (FALSE, TRUE) if kind == "and" else (TRUE, FALSE)
    if a == absorbing:
        return absorbing
    return b if a == neutral else add(kind, a, b)


def _mux(low: int, high: int, select: int, add: Callable[..., int]) -> int:
    if select in (FALSE, TRUE):
        return high if select == TRUE else low
    if low == high:
        return low
    return select if (low, high) == (FALSE, TRUE) else add("mux", low, high, select)


def _used(
    gates: list[Gate], result: int, pins: list[int]
) -> tuple[Function, tuple[int, ...]]:
    """The function without gates and pins that its result does not depend on."""
    first = 2 + len(pins)
    needed = {result}
    for i in reversed(range(len(gates))):
        if first + i in needed:
            needed.update(gates[i][1])
    kept = [pin for i, pin in enumerate(pins) if 2 + i in needed]
    number = {FALSE: FALSE, TRUE: TRUE} | {2 + pins.index(pin): 2 + i for i, pin in enumerate(kept)}
    left: list[Gate] = []
    for i, (kind, chosen) in enumerate(gates):
        if first + i in needed:
            left.append((kind, tuple(number[operand] for operand in chosen)))
            number[first + i] = 1 + len(kept) + len(left)
    return Function(tuple(left), number[result]), tuple(kept)
