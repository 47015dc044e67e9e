"""One layer's C++, run on all that its inputs can be."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from hls_projects.proof.cpp.reading.machine import Call, Machine
from hls_projects.proof.cpp.reading.memory import Array, Row, Stream, new
from hls_projects.proof.cpp.reading.text import UnreadError
from hls_projects.proof.cpp.reading.types import Number
from hls_projects.proof.cpp.reading.values import Linear, Value

Bounds = tuple[np.ndarray, np.ndarray]


class Run:
    """A call of a layer's function.

    Value i of input b is the place (b, i).

    Args:
        machine: that runs it.
        name, given, arguments: of the call; inputs stand before outputs.
        sources: lowest and highest of each input's values, int64.

    Attributes:
        outputs: the values of each output, once it has run.
        calls: of the function that it applies at each position.
    """

    def __init__(
        self, machine: Machine, name: str, given: tuple[Any, ...], arguments: tuple[Any, ...],
        sources: list[Bounds],
    ) -> None:
        self.machine, self.name, self.given = machine, name, given
        self.arguments, self.sources = arguments, sources
        self.outputs: list[list[Value]] = []
        self.calls: list[Call] = []
        # Of input 0, and the place of each by its id, which is its own while they are kept.
        self._values: list[Value] = []
        self._places: dict[int, int] = {}

    def execute(self) -> None:
        """Runs it.

        Raises:
            UnreadError: if it cannot be read, or leaves values that nobody takes.
            WidthError: if a type does not hold a value.
        """
        count = len(self.sources)
        inputs = [self._input(b, a) for b, a in enumerate(self.arguments[:count])]
        outputs = [_empty(variable) for variable in self.arguments[count:]]
        machine = self.machine
        before = machine.layer, machine.calls
        machine.layer, machine.calls = None, []
        try:
            machine.call(self.name, self.given, (*inputs, *outputs))
            self.calls = machine.calls
        finally:
            machine.layer, machine.calls = before
        if any(isinstance(i, Stream) and i.waiting for i in inputs):
            raise UnreadError("values that are left in a stream")
        self.outputs = [_values(variable) for variable in outputs]

    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """What each call is given of input 0: places, −1 for a constant, and the constants.

        Returns:
            int64 (calls, values) twice.
        """
        known = self._places
        places = np.array([[known.get(id(v), -1) for v in call.inputs] for call in self.calls])
        constants = np.zeros(places.shape, np.int64)
        for call, value in np.argwhere(places < 0):
            constants[call, value] = _constant(self.calls[call].inputs[value])
        return places, constants

    def _input(self, branch: int, variable: Any) -> Any:
        kind, low, high = element_of(variable), *self.sources[branch]
        bounds = enumerate(zip(low.tolist(), high.tolist(), strict=True))
        values = [Value(kind, Linear({(branch, i): 1}), *ends) for i, ends in bounds]
        if branch == 0:
            self._values = values
            self._places = {id(value): i for i, value in enumerate(values)}
        if isinstance(variable, Array):
            return Array(variable.kind, list(values))
        stream, size = Stream(variable.element), variable.element.size
        stream.waiting.extend(
            Array(variable.element, values[i : i + size]) for i in range(0, len(values), size))
        return stream


def linear_forms(values: list[Value]) -> list[Linear]:
    """What values are of the layer's inputs; UnreadError where they are no sums."""
    for value in values:
        if not isinstance(value, Value) or not isinstance(value.form, Linear):
            raise UnreadError("values that are no sums")
    return [value.form for value in values]


def element_of(variable: Any) -> Number:
    """The type of the numbers in a variable of the top function."""
    kind = variable.element if isinstance(variable, Stream) else variable.kind
    kind = kind.element if isinstance(kind, Row) else kind
    if not isinstance(kind, Number):
        raise UnreadError("a variable that holds no ap_int or ap_uint")
    return kind


def is_output(value: Any, place: Hashable) -> bool:
    """Whether a value is one place and nothing else."""
    form = getattr(value, "form", None)
    return isinstance(form, Linear) and form.place == place


def _constant(value: Value | None) -> int:
    if value is None or not isinstance(value.form, Linear) or value.form.terms:
        raise UnreadError("a position that sees what is no value of its input")
    return value.form.constant


def _empty(variable: Any) -> Any:
    return new(variable.kind) if isinstance(variable, Array) else Stream(variable.element)


def _values(variable: Any) -> list[Value]:
    if isinstance(variable, Array):
        return variable.values
    return [value for part in variable.waiting for value in part.values]
