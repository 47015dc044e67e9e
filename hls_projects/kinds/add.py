"""Branches added, or subtracted, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, as_tuple, require
from hls_projects.logic.columns import BitSum

MOST_PLACES = 31


@dataclass(frozen=True, eq=False)
class Add(Layer):
    """y = Σ_i sign_i · 2^place_i · x_i, of branches of one shape.

    Args:
        places: of each branch, 0 … 31, so that all of them count in one step.
        signs: of each branch, 1 or −1.

    Raises:
        ValueError: for other values, or fewer than two branches.
    """

    places: tuple[int, ...]
    signs: tuple[int, ...]
    kind: ClassVar[str] = "add"
    role: ClassVar[Role] = Role.JOIN
    hls_class: ClassVar[str] = "IntegerAdd"
    option_fields: ClassVar[tuple[str, ...]] = ("places", "signs")

    def __post_init__(self) -> None:
        for name in self.option_fields:
            object.__setattr__(self, name, as_tuple(getattr(self, name)))
        require_places(self.places)
        require(
            isinstance(self.signs, tuple)
            and len(self.signs) == len(self.places)
            and all(sign in (1, -1) for sign in self.signs),
            f"`signs` must be 1 or -1 for each branch. Received: {self.signs!r}",
        )

    def forward(self, *x: np.ndarray) -> np.ndarray:
        terms = zip(x, self.places, self.signs, strict=True)
        return sum(sign * (value << places) for value, places, sign in terms)

    def output_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        require(
            len(shapes) == len(self.places) and len(set(shapes)) == 1,
            f"{len(self.places)} branches of one shape can be added. Received: {shapes}",
        )
        return shapes[0]

    def output_range(self, *bounds: np.ndarray) -> Interval:
        ends = zip(bounds[::2], bounds[1::2], self.places, self.signs, strict=True)
        terms = [
            (low << places, high << places) if sign > 0 else (-(high << places), -(low << places))
            for low, high, places, sign in ends
        ]
        return sum(low for low, _ in terms), sum(high for _, high in terms)

    def sums(self, *values: np.ndarray) -> np.ndarray:
        total = np.empty(values[0].size, object)
        for element, terms in enumerate(zip(*(v.reshape(-1) for v in values), strict=True)):
            total[element] = BitSum()
            for term, places, sign in zip(terms, self.places, self.signs, strict=True):
                total[element].add(term, sign, places)
        return total.reshape(values[0].shape)


def require_places(places: object) -> None:
    """Raises ValueError unless places are those of two branches or more."""
    require(
        isinstance(places, tuple)
        and len(places) >= 2
        and all(type(n) is int and 0 <= n <= MOST_PLACES for n in places),
        f"`places` must be 0 to {MOST_PLACES} for each of two branches or more. "
        f"Received: {places!r}",
    )
