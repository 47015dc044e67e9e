"""Zeros around an image or a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import require
from hls_projects.kinds.moves.margins import as_margins, check_margins
from hls_projects.kinds.moves.move import ZERO, Move


@dataclass(frozen=True, eq=False)
class Pad(Move):
    """Zeros before and after each axis but the last, that of the channels.

    Args:
        around: (before, after) of each axis, ≥ 0: ((top, bottom), (left, right)) of an image.

    Raises:
        ValueError: for other values.
    """

    around: tuple[tuple[int, int], ...]
    kind: ClassVar[str] = "pad"
    option_fields: ClassVar[tuple[str, ...]] = ("around",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "around", as_margins(self.around))
        check_margins("around", self.around)

    def moved(self, places: np.ndarray) -> np.ndarray:
        return np.pad(places, [*self.around, (0, 0)], constant_values=ZERO)

    def checked(self, shape: tuple[int, ...]) -> None:
        axes = len(self.around)
        require(len(shape) == axes + 1, f"zeros around {axes} axes cannot follow shape {shape}")
