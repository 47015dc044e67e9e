"""Each pixel several times: upsampling by the nearest value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import as_tuple, require
from hls_projects.kinds.moves.move import Move


@dataclass(frozen=True, eq=False)
class UpSample(Move):
    """Repeats values along each axis but the last, that of the channels.

    Args:
        factors: how often, of each axis, ≥ 1: (rows, columns) of an image.

    Raises:
        ValueError: for other values.
    """

    factors: tuple[int, ...]
    kind: ClassVar[str] = "upsample"
    option_fields: ClassVar[tuple[str, ...]] = ("factors",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", as_tuple(self.factors))
        require(
            isinstance(self.factors, tuple)
            and len(self.factors) in (1, 2)
            and all(type(n) is int and n >= 1 for n in self.factors),
            f"`factors` must be integers >= 1 of one or two axes. Received: {self.factors!r}",
        )

    def moved(self, places: np.ndarray) -> np.ndarray:
        for axis, factor in enumerate(self.factors):
            places = np.repeat(places, factor, axis)
        return places

    def checked(self, shape: tuple[int, ...]) -> None:
        axes = len(self.factors)
        require(len(shape) == axes + 1, f"upsampling of {axes} axes cannot follow shape {shape}")
