"""Axes in another order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import as_tuple, require
from hls_projects.kinds.moves.move import Move


@dataclass(frozen=True, eq=False)
class Permute(Move):
    """A sample with its axes in another order.

    Args:
        axes: for each axis of the output, which axis of the input it is, from 0.

    Raises:
        ValueError: unless each axis stands in it once.
    """

    axes: tuple[int, ...]
    kind: ClassVar[str] = "permute"
    option_fields: ClassVar[tuple[str, ...]] = ("axes",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", as_tuple(self.axes))
        require(
            isinstance(self.axes, tuple)
            and all(type(n) is int for n in self.axes)
            and sorted(self.axes) == list(range(len(self.axes)))
            and len(self.axes) > 0,
            f"`axes` must hold each of 0, 1, … once. Received: {self.axes!r}",
        )

    def moved(self, places: np.ndarray) -> np.ndarray:
        return places.transpose(self.axes)

    def checked(self, shape: tuple[int, ...]) -> None:
        axes = len(self.axes)
        require(len(shape) == axes, f"an order of {axes} axes cannot follow shape {shape}")
