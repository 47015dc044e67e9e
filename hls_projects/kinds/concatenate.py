"""Branches side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.add import require_places
from hls_projects.kinds.layer import Interval, Layer, Role, as_tuple, require
from hls_projects.logic.columns import BitSum


@dataclass(frozen=True, eq=False)
class Concatenate(Layer):
    """y = [2^place_0 · x_0, 2^place_1 · x_1, …] along the last axis.

    Args:
        places: of each branch, 0 … 31, so that all of them count in one step.

    Raises:
        ValueError: for other values, or fewer than two branches.
    """

    places: tuple[int, ...]
    kind: ClassVar[str] = "concatenate"
    role: ClassVar[Role] = Role.JOIN
    hls_class: ClassVar[str] = "IntegerConcatenate"
    option_fields: ClassVar[tuple[str, ...]] = ("places",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", as_tuple(self.places))
        require_places(self.places)

    def forward(self, *x: np.ndarray) -> np.ndarray:
        terms = zip(x, self.places, strict=True)
        return np.concatenate([value << places for value, places in terms], axis=-1)

    def output_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        require(
            len(shapes) == len(self.places) and len({shape[:-1] for shape in shapes}) == 1,
            f"{len(self.places)} branches that differ in their last axis alone can be "
            f"concatenated. Received: {shapes}",
        )
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    def output_range(self, *bounds: np.ndarray) -> Interval:
        return self.forward(*bounds[::2]), self.forward(*bounds[1::2])

    def sums(self, *values: np.ndarray) -> np.ndarray:
        moved = [
            np.array([_shifted(v, places) for v in value.reshape(-1)], object).reshape(value.shape)
            for value, places in zip(values, self.places, strict=True)
        ]
        return np.concatenate(moved, axis=-1)


def _shifted(value: BitSum, places: int) -> BitSum:
    total = BitSum()
    total.add(value, 1, places)
    return total
