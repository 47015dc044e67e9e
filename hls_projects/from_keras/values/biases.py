"""Biases of layers of weights: added in floats before an activation, or part of the integers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.values.powers_of_two import common_step, is_power_of_two
from hls_projects.from_keras.walk import Reached, Walk

FLOAT32_INTEGERS = 1 << 24


@dataclass(frozen=True, eq=False)
class AddedBias:
    """x + values, in float32, as a layer of weights adds them.

    Args:
        values: float32 (outputs,).
        name: of the layer.
    """

    values: np.ndarray
    name: str

    def __call__(self, x: Any) -> Any:
        return keras.ops.add(x, self.values)

    def __str__(self) -> str:
        return f"the bias of '{self.name}'"


def with_biases(walk: Walk, reached: Reached) -> Reached:
    """What is reached with pending biases in its offset, if float32 holds all such sums exactly.

    Where it does not, or something else is pending, what is reached as it is.
    """
    if not reached.pending or not all(isinstance(p, AddedBias) for p in reached.pending):
        return reached
    if not is_power_of_two(reached.step):
        return reached
    offset = reached.offset + sum(p.values.astype(np.float64) for p in reached.pending)
    unit = common_step(reached.step, offset)
    ends = (end * reached.step + offset for end in walk.range(reached))
    if max(np.abs(end).max() for end in ends) >= FLOAT32_INTEGERS * unit:
        return reached
    return replace(reached, offset=offset, pending=())
