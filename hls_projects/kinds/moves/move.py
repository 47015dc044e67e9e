"""What every kind is that computes nothing: each output is one input, or 0."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, require
from hls_projects.logic.columns import BitSum

ZERO = -1


class Move(Layer):
    """y[i] = x[source(i)], or 0 where the source is ZERO; `sources` says which."""

    role: ClassVar[Role] = Role.MOVE
    hls_class: ClassVar[str] = "IntegerMove"

    def sources(self, shape: tuple[int, ...]) -> np.ndarray:
        """For each output, its place in an input of that shape, last axis fastest, or ZERO."""
        return self.moved(np.arange(np.prod(shape, dtype=int)).reshape(shape))

    def moved(self, places: np.ndarray) -> np.ndarray:
        """The places of the outputs, from those of the inputs (*input shape)."""
        raise NotImplementedError

    def checked(self, shape: tuple[int, ...]) -> None:
        """Raises ValueError for a shape that the layer cannot take."""
        raise NotImplementedError

    def forward(self, x: np.ndarray) -> np.ndarray:
        places = self.sources(x.shape[1:])
        flat = x.reshape(len(x), -1)
        return np.where(places == ZERO, 0, flat[:, places]).astype(x.dtype, copy=False)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        self.checked(input_shape)
        shape = self.sources(input_shape).shape
        require(min(shape) > 0, f"a {self.kind} layer leaves nothing of shape {input_shape}")
        return shape

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return self.forward(lowest[None])[0], self.forward(highest[None])[0]

    def sums(self, values: np.ndarray) -> np.ndarray:
        places = self.sources(values.shape)
        flat = values.reshape(-1)
        found = [BitSum() if place == ZERO else flat[place] for place in places.reshape(-1)]
        moved = np.empty(places.size, object)
        moved[:] = found
        return moved.reshape(places.shape)
