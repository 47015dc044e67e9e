"""C++ arrays and streams that hold values, and what assigning to them does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any

from hls_projects.proof.cpp.reading.text import UnreadError
from hls_projects.proof.cpp.reading.types import CONTROL, INT, Control, Number
from hls_projects.proof.cpp.reading.values import Struct, as_value, held


@dataclass(frozen=True)
class Row:
    """The type of an array: element[size]; nnet::array<element, size> if it is a `struct`."""

    element: Any
    size: int
    struct: bool = False

    @property
    def value_type(self) -> Any:
        return self.element


@dataclass(frozen=True)
class StreamOf:
    """The type hls::stream<element>."""

    element: Any


@dataclass(frozen=True)
class StructOf:
    """The type of a struct, with the names of its values in order."""

    name: str
    fields: tuple[str, ...]


Kind = Number | Control | Row | StreamOf | StructOf


@cache
def row(element: Any, size: int, struct: bool = False) -> Row:
    """The type of an array; equal ones are one object."""
    return Row(element, size, struct)


class Array:
    """An array, or what a pointer into one points at.

    Args:
        kind: its type.
        values: those of the whole array.
        start: where it begins in them.
        end: where it ends; by default, where they do.
    """

    def __init__(
        self, kind: Row, values: list[Any], start: int = 0, end: int | None = None
    ) -> None:
        self.kind, self.values, self.start = kind, values, start
        self.end = len(values) if end is None else end

    @property
    def data(self) -> Array:
        """The array in an nnet::array."""
        return Array(row(self.kind.element, self.kind.size), self.values, self.start)

    def __getitem__(self, place: int) -> Any:
        return self.values[self._place(place)]

    def __setitem__(self, place: int, value: Any) -> None:
        self.values[self._place(place)] = assigned(self.kind.element, value)

    def __add__(self, places: int) -> Array:
        return Array(self.kind, self.values, self.start + places, self.end)

    def first(self, size: int) -> Array:
        """What a function sees of it that declares so many values."""
        end = self.start + size
        if not 0 <= self.start <= end <= self.end:
            raise UnreadError(f"{size} values of an array of {self.end - self.start}")
        return self if end == self.end else type(self)(self.kind, self.values, self.start, end)

    def _place(self, place: int) -> int:
        found = self.start + place
        if not 0 <= found < self.end:
            raise UnreadError(f"place {place} of an array of {self.end - self.start}")
        return found


class Stream:
    """An hls::stream; one that is read while it is empty is refused."""

    def __init__(self, element: Any) -> None:
        self.element, self.waiting = element, deque()

    def read(self) -> Any:
        if not self.waiting:
            raise UnreadError("a stream is read that has no more values")
        return self.waiting.popleft()

    def write(self, value: Any) -> None:
        self.waiting.append(assigned(self.element, value))


def new(kind: Kind) -> Any:
    """A variable that nothing was assigned to; None stands for a value that is not known yet."""
    if isinstance(kind, Row):
        return Array(kind, [new(kind.element) for _ in range(kind.size)])
    return Stream(kind.element) if isinstance(kind, StreamOf) else None


def assigned(kind: Kind, value: Any) -> Any:
    """What a variable of a type holds once a value was assigned to it.

    Raises:
        WidthError: if its type does not hold the value.
        UnreadError: for a value of another kind.
    """
    if value is None:
        return None
    if isinstance(kind, Number):
        return held(kind, as_value(value))
    if kind is CONTROL and isinstance(value, int) and INT.low <= value <= INT.high:
        return int(value)
    if isinstance(kind, Row) and kind.struct and isinstance(value, Array) and value.kind is kind:
        return Array(kind, value.values[value.start : value.start + kind.size])
    if isinstance(kind, StructOf) and isinstance(value, Struct):
        return value
    raise UnreadError(f"a value that is none of {kind}")
