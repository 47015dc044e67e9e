"""Some of the values of a vector, in a shape of their own: one of several inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import as_tuple, require
from hls_projects.kinds.moves.move import Move


@dataclass(frozen=True, eq=False)
class Select(Move):
    """y = x[first : first + size of `shape`], in that shape.

    Args:
        first: place of the first value, ≥ 0.
        shape: of the output.

    Raises:
        ValueError: for other values.
    """

    first: int
    shape: tuple[int, ...]
    kind: ClassVar[str] = "select"
    option_fields: ClassVar[tuple[str, ...]] = ("first", "shape")

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", as_tuple(self.shape))
        require(
            type(self.first) is int and self.first >= 0,
            f"`first` must be an integer >= 0. Received: {self.first!r}",
        )
        require(
            isinstance(self.shape, tuple)
            and bool(self.shape)
            and all(type(n) is int and n >= 1 for n in self.shape),
            f"`shape` must hold integers >= 1. Received: {self.shape!r}",
        )

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def moved(self, places: np.ndarray) -> np.ndarray:
        return places[self.first : self.first + self.size].reshape(self.shape)

    def checked(self, shape: tuple[int, ...]) -> None:
        last = self.first + self.size
        require(
            len(shape) == 1 and last <= shape[0],
            f"values {self.first} to {last - 1} of a vector cannot be taken of shape {shape}",
        )
