"""An axis of accuracies that is logarithmic in the error, with ticks wherever it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import matplotlib.axes

# Round ones first where two would stand too close.
ROUND = (0, 50, 90, 99, 80, 95, 98, 99.5, 70, 60, 96, 97, 85, 75, 65, 88, 92, 94, 98.5, 99.2, 99.8,
         *range(1, 100))
# Of the axis, between two ticks.
APART = 0.07
LEAST_ERROR = 0.1


def error_axis(axes: matplotlib.axes.Axes) -> None:
    """Makes the y axis, in percent, logarithmic in 100 % − y, which is taken for at least 0.1."""
    axes.set_yscale("function", functions=(_place, lambda y: 100.0 - 10.0 ** -np.asarray(y)))
    ticks = sorted(_ticks(*axes.get_ylim()))
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])


def _place(accuracy: Any) -> np.ndarray:
    """−log₁₀ of the error in percent."""
    return -np.log10(np.maximum(100.0 - np.asarray(accuracy, float), LEAST_ERROR))


def _ticks(low: float, high: float) -> Iterator[float]:
    found: list[float] = []
    apart = APART * (_place(high) - _place(low))
    for tick in ROUND:
        if low <= tick <= high and all(abs(_place(tick) - _place(t)) >= apart for t in found):
            found.append(tick)
            yield tick
