"""What a C++ variable holds: not a number, but a function of the layer's inputs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hls_projects.proof.cpp.reading.text import UnreadError
from hls_projects.proof.cpp.reading.types import INT, Number, WidthError, number, number_of, power

Place = Hashable


@dataclass(frozen=True)
class Linear:
    """Σ terms[i] · x_i + constant."""

    terms: Mapping[Place, int | Fraction]
    constant: int | Fraction = 0

    def plus(self, other: Linear, sign: int) -> Linear:
        terms = dict(self.terms)
        for place, factor in other.terms.items():
            terms[place] = terms.get(place, 0) + sign * factor
        return Linear(terms, self.constant + sign * other.constant)

    def times(self, factor: int | Fraction) -> Linear:
        return Linear({i: f * factor for i, f in self.terms.items()}, self.constant * factor)

    @property
    def place(self) -> Place | None:
        """The input that it is; None if it is none."""
        if len(self.terms) == 1 and not self.constant:
            ((place, factor),) = self.terms.items()
            return place if factor == 1 else None
        return None


@dataclass(frozen=True)
class Count:
    """How many comparisons of one input hold: Σ [x ≥ v] + Σ [x ≤ v] + constant."""

    place: Place
    least: tuple[int, ...] = ()
    most: tuple[int, ...] = ()
    constant: int = 0


@dataclass(frozen=True)
class Largest:
    """The largest of some inputs, the first of equal ones where an index is asked for."""

    places: tuple[Place, ...]


Form = Linear | Count | Largest


@dataclass(frozen=True, eq=False)
class Value:
    """A value of a C++ type.

    Attributes:
        type: its C++ type.
        form: what it is of the layer's inputs.
        low, high: between which it lies whatever the inputs are.
    """

    type: Number
    form: Form
    low: int | Fraction
    high: int | Fraction

    def __add__(self, other: Any) -> Value:
        return _added(self, as_value(other), 1)

    def __radd__(self, other: Any) -> Value:
        return _added(as_value(other), self, 1)

    def __sub__(self, other: Any) -> Value:
        return _added(self, as_value(other), -1)

    def __neg__(self) -> Value:
        return _added(as_value(0), self, -1)

    def __lshift__(self, places: Any) -> Value:
        # C++ keeps the type of what it shifts.
        if not isinstance(places, int) or places < 0 or not isinstance(self.form, Linear):
            raise UnreadError("a shift by what is no constant")
        form = self.form.times(1 << places)
        return held(self.type, Value(INT, form, self.low << places, self.high << places))

    def __ge__(self, other: Any) -> Value:
        return _compared(self, other, least=True)

    def __le__(self, other: Any) -> Value:
        return _compared(self, other, least=False)

    def __gt__(self, other: Any) -> Any:
        return Greater(self, other) if isinstance(other, Value) else self >= _integer(other) + 1

    def __lt__(self, other: Any) -> Any:
        return Greater(other, self) if isinstance(other, Value) else self <= _integer(other) - 1

    def __bool__(self) -> bool:
        raise UnreadError("a branch that depends on data")

    __eq__ = None
    __hash__ = None


@dataclass(frozen=True, eq=False)
class Greater:
    """Whether one value is greater than another."""

    left: Value
    right: Value

    def choose(self, yes: Any, no: Any) -> Any:
        """`left > right ? yes : no`, where that is the larger of both, or what it belongs to."""
        if yes is self.left and no is self.right:
            return _larger(self.right, self.left, yes.type)
        pair = [s.values.get("value") for s in (yes, no) if isinstance(s, Struct)]
        if len(pair) == 2 and pair[0] is self.left and pair[1] is self.right:
            # Of equal ones the right one is taken: it stands first.
            value = _larger(self.right, self.left, self.left.type)
            forms = self.right.form, self.left.form
            return Struct({"value": value, "index": _indices(forms, no, yes)})
        raise UnreadError("a choice that is not the larger of two")

    def __bool__(self) -> bool:
        raise UnreadError("a branch that depends on data")


@dataclass(frozen=True, eq=False)
class Struct:
    """A struct's values by name."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class First:
    """The index of the first largest of some inputs, index i of input places[i]."""

    places: tuple[Place, ...]


def constant(value: int) -> Value:
    return Value(number_of(value), Linear({}, value), value, value)


def as_value(value: Any) -> Value:
    """A value, or an integer of C++ as one."""
    if isinstance(value, Value):
        return value
    return constant(_integer(value))


def held(kind: Number, value: Value) -> Value:
    """A value once it was assigned to a variable of a type; WidthError if that may wrap it."""
    if value.type is kind:
        return value
    kind.check(value.low, value.high)
    if kind.step > value.type.step and not _multiple(value.form, kind.step):
        raise WidthError(f"{kind} does not hold multiples of {value.type.step}")
    return Value(kind, value.form, value.low, value.high)


def _multiple(form: Form, step: int | Fraction) -> bool:
    """Whether a form is a multiple of a step for all inputs, which are integers."""
    if not isinstance(form, Linear):
        return step == 1
    return not any(f % step for f in (*form.terms.values(), form.constant))


def scaled(value: Value, places: int) -> Value:
    """value · 2^places with the bits that it has, as hls4ml's bit_shift moves their point."""
    if not isinstance(value.form, Linear) or not value.type.fixed:
        raise UnreadError("a shift of what is no sum in fixed point")
    factor, old = power(places), value.type
    kind = number(old.width, old.signed, old.integer + places)
    return Value(kind, value.form.times(factor), value.low * factor, value.high * factor)


def _integer(value: Any) -> int:
    if not isinstance(value, int):
        raise UnreadError(f"{type(value).__name__} where a number is expected")
    return int(value)


def _added(a: Value, b: Value, sign: int) -> Value:
    low, high = (a.low + b.low, a.high + b.high) if sign > 0 else (a.low - b.high, a.high - b.low)
    if isinstance(a.form, Linear) and isinstance(b.form, Linear):
        return Value(a.type.sum(b.type, sign), a.form.plus(b.form, sign), low, high)
    return Value(INT, _counts(a.form, b.form, sign), low, high)


def _counts(a: Form, b: Form, sign: int) -> Count:
    """The sum of two counts of one input, or of a count and a constant."""
    if isinstance(a, Linear) and not a.terms:
        a, b = b, a
    if sign > 0 and isinstance(a, Count):
        if isinstance(b, Linear) and not b.terms:
            return Count(a.place, a.least, a.most, a.constant + b.constant)
        if isinstance(b, Count) and a.place == b.place:
            return Count(a.place, a.least + b.least, a.most + b.most, a.constant + b.constant)
    raise UnreadError("a sum of comparisons of several values")


def _compared(value: Value, level: Any, least: bool) -> Value:
    place = value.form.place if isinstance(value.form, Linear) else None
    if place is None:
        raise UnreadError("a comparison of what is no single value")
    levels = (_integer(level),)
    form = Count(place, levels if least else (), () if least else levels)
    return Value(INT, form, 0, 1)


def _larger(first: Value, second: Value, kind: Number) -> Value:
    form = Largest(places_of(first.form) + places_of(second.form))
    return Value(kind, form, max(first.low, second.low), max(first.high, second.high))


def places_of(form: Form) -> tuple[Place, ...]:
    """The inputs of which a form is the largest."""
    if isinstance(form, Largest):
        return form.places
    place = form.place if isinstance(form, Linear) else None
    if place is None:
        raise UnreadError("the larger of what are no single values")
    return (place,)


def _indices(forms: Iterable[Form], first: Struct, second: Struct) -> First:
    """What the index of the larger is, if each index is the place of its own value."""
    for form, struct in zip(forms, (first, second), strict=True):
        index = struct.values["index"]
        own = index.places if isinstance(index, First) else (index,)
        if own != places_of(form):
            raise UnreadError("an index that is not that of its value")
    left, right = (places_of(form) for form in forms)
    return First(left + right)
