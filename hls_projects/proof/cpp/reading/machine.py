"""The project's C++, run once for all inputs: on functions of the inputs in place of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hls_projects.proof.cpp.reading.memory import (
    Array,
    Stream,
    StreamOf,
    StructOf,
    assigned,
    new,
    row,
)
from hls_projects.proof.cpp.reading.text import Definition, Firmware, Parameter, UnreadError
from hls_projects.proof.cpp.reading.translation import translate, translate_type
from hls_projects.proof.cpp.reading.types import CONTROL, Number, number
from hls_projects.proof.cpp.reading.values import Greater, Linear, Struct, Value, scaled

STRUCTS = {"indexed"}
# hls4ml's own, which moves the point of an ap_fixed and copies its bits.
BIT_SHIFT = "bit_shift"


@dataclass(frozen=True)
class Output:
    """What stands for output `place` of the kernel's call `call`, until the kernel is read."""

    call: int
    place: int


@dataclass(frozen=True, eq=False)
class Call:
    """A kernel at one position.

    Attributes:
        kernel: its definition.
        inputs: the values that it is given.
        types: of its inputs and outputs.
    """

    kernel: Definition
    inputs: list[Value | None]
    types: tuple[Number, Number]


class Machine:
    """Runs functions of a firmware.

    Args:
        firmware: where they stand.

    Attributes:
        types: the project's own types by name.
        calls: of kernels, functions of statements alone, which are noted and not run.
        layer: what is called instead of functions, if anything: those of layers.
    """

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.types: dict[str, Any] = {}
        self.calls: list[Call] | None = None
        self.layer: Callable[[str, tuple, tuple], None] | None = None
        self._bodies: dict[int, Callable[..., Any]] = {}
        for name, tokens in firmware.typedefs().items():
            self.types[name] = eval(translate_type(tokens), dict(_NAMES))  # noqa: S307

    def call(self, name: str, given: tuple[Any, ...], arguments: tuple[Any, ...]) -> Any:
        """A function's result; which of several it is, their parameters tell."""
        if self.layer is not None:
            return self.layer(name, given, arguments)
        if name == BIT_SHIFT:
            return scaled(*arguments, *given)
        definition, template = self._resolve(name, given, arguments)
        if definition.straight and self.calls is not None:
            return self._note(definition, arguments)
        return self.run(definition, template, arguments)

    def run_kernel(self, call: Call, bounds: Sequence[tuple[int, int]]) -> list[Any]:
        """What a kernel's outputs are of its inputs 0, 1, …, each between its bounds."""
        source, result = call.types
        inputs = [Value(source, Linear({i: 1}), low, high) for i, (low, high) in enumerate(bounds)]
        size = call.kernel.parameters[1].size
        outputs = _Outputs(row(result, size), [None] * size)
        arguments = Array(row(source, len(inputs)), inputs), outputs
        before = self.layer, self.calls
        self.layer = self.calls = None
        try:
            template = _deduced(call.kernel, (), arguments)
            if template is None:
                raise UnreadError(f"{call.kernel.name} has other parameters")
            self.run(call.kernel, template, arguments)
        finally:
            self.layer, self.calls = before
        return outputs.values

    def struct(self, name: str) -> StructOf:
        return StructOf(name, tuple(self.firmware.fields(name)))

    def made(self, kind: StructOf, values: tuple[Any, ...]) -> Struct:
        """A struct of values in order."""
        return Struct(dict(zip(kind.fields, values, strict=True)))

    def _resolve(
        self, name: str, given: tuple[Any, ...], arguments: tuple[Any, ...]
    ) -> tuple[Definition, dict[str, Any]]:
        found = []
        for definition in self.firmware.definitions(name):
            template = _deduced(definition, given, arguments)
            if template is not None:
                shaped = sum(len(p.type) > 1 for p in definition.parameters)
                found.append((shaped, definition, template))
        best = [entry for entry in found if entry[0] == max(e[0] for e in found)]
        if len(best) != 1:
            raise UnreadError(f"{len(best)} functions {name} of these arguments")
        return best[0][1:]

    def run(
        self, definition: Definition, template: dict[str, Any], arguments: tuple[Any, ...]
    ) -> Any:
        """A function's result, with these template parameters."""
        if id(definition) not in self._bodies:
            source = translate(definition, set(self.types), STRUCTS)
            names = dict(_NAMES)
            exec(compile(source, definition.name, "exec"), names)  # noqa: S102
            self._bodies[id(definition)] = names["body"]
        seen = tuple(
            a.first(p.size) if isinstance(a, Array) and p.size else a
            for a, p in zip(arguments, definition.parameters, strict=True)
        )
        return self._bodies[id(definition)](self, template, seen)

    def _note(self, kernel: Definition, arguments: tuple[Array, Array]) -> None:
        source, result = arguments
        inputs, outputs = (parameter.size for parameter in kernel.parameters)
        source, result = source.first(inputs), result.first(outputs)
        types = source.kind.element, result.kind.element
        number_of_call = len(self.calls)
        self.calls.append(Call(kernel, [source[i] for i in range(inputs)], types))
        for place in range(outputs):
            form = Linear({Output(number_of_call, place): 1})
            result[place] = Value(types[1], form, types[1].low, types[1].high)


class _Outputs(Array):
    """Outputs of a kernel as they are assigned; whether their type holds them is asked later."""

    def __setitem__(self, place: int, value: Any) -> None:
        self.values[self._place(place)] = value


def _deduced(
    definition: Definition, given: tuple[Any, ...], arguments: tuple[Any, ...]
) -> dict[str, Any] | None:
    """A template's parameters for these arguments; None where the function does not take them."""
    if len(arguments) != len(definition.parameters) or len(given) > len(definition.template):
        return None
    found = dict(zip(definition.template, given, strict=False))
    for parameter, argument in zip(definition.parameters, arguments, strict=True):
        for name, value in _matched(parameter, argument, definition.template):
            if name is None or found.setdefault(name, value) != value:
                return None
    return found


def _matched(
    parameter: Parameter, argument: Any, template: tuple[str, ...]
) -> list[tuple[str | None, Any]]:
    """Which template parameter a parameter says what of; (None, None) if it cannot be passed."""
    match parameter.type:
        case (name,) if name in template and isinstance(argument, Array):
            return [(name, argument.kind.element if parameter.size else argument.kind)]
        case (name,) if name in template and isinstance(argument, Value):
            return [(name, argument.type)]
        case ("hls", "::", "stream", "<", name, ">") if (
            isinstance(argument, Stream) and name in template
        ):
            return [(name, argument.element)]
        case ("ap_int" | "ap_uint" as kind, "<", name, ">") if (
            isinstance(argument, Value) and name in template
        ):
            if argument.type.signed == (kind == "ap_int"):
                return [(name, argument.type.width)]
        case ("indexed", "<", name, ">") if isinstance(argument, Struct) and name in template:
            return [(name, argument.values["value"].type)]
    return [(None, None)]


def choose(condition: Any, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
    """condition ? yes : no, of which one alone is evaluated where the condition is known."""
    if isinstance(condition, Greater):
        return condition.choose(yes(), no())
    return yes() if condition else no()


def member(value: Any, name: str) -> Any:
    if isinstance(value, Struct) and name in value.values:
        return value.values[name]
    if isinstance(value, Array) and value.kind.struct and name == "data":
        return value.data
    raise UnreadError(f"a member {name}")


def quotient(a: int, b: int) -> int:
    """a / b of C++, which rounds towards 0, where that is Python's."""
    if a < 0 or b <= 0:
        raise UnreadError("a quotient of what is below 0")
    return a // b


def remainder(a: int, b: int) -> int:
    """a % b of C++."""
    return a - b * quotient(a, b)


_NAMES = {
    "UnreadError": UnreadError, "Array": Array, "StreamOf": StreamOf, "CONTROL": CONTROL,
    "assigned": assigned, "new": new, "row": row, "number": number, "choose": choose,
    "member": member, "quotient": quotient, "remainder": remainder,
}
