"""Warns of samples that were not scaled like the training samples."""

from __future__ import annotations

import numpy as np

from qkeras_models.input_formats.randomness import Purpose, integers

VALUES = 1 << 18  # looked at of each array, drawn at random
FEWEST = 30  # nonzero values below which a range says nothing
TAIL = 0.001  # of a range, on each side: single outliers do not widen it
MOST_OUTSIDE = 0.5


def scale_warning(name: str, x: np.ndarray, x_train: np.ndarray) -> str:
    """What to tell a user whose `x` has another scale than `x_train`; empty if it has not.

    Of nonzero values alone (zeros are alike on any scale): more than half of one array's lie
    outside the range of the other's.  Samples of one distribution do not, however it looks.

    Args:
        name: of `x`, such as x_test.
        x, x_train: finite numbers of any shape.
    """
    own, training = _nonzero(x), _nonzero(x_train)
    if min(len(own), len(training)) < FEWEST:
        return ""
    ranges = [np.quantile(values, (TAIL, 1 - TAIL)) for values in (own, training)]
    outside = max(_share_outside(own, ranges[1]), _share_outside(training, ranges[0]))
    if outside <= MOST_OUTSIDE:
        return ""
    received, wanted = (f"{low:.3g} to {high:.3g}" for low, high in ranges)
    return (
        f"`{name}` seems to be on another scale than `x_train`: nearly all of its nonzero values "
        f"are {received}, those of `x_train` {wanted}"
    )


def _nonzero(x: np.ndarray) -> np.ndarray:
    values = x.reshape(-1)
    if len(values) > VALUES:
        values = values[integers(VALUES, len(values), Purpose.SAMPLE, 0)]
    return values[values != 0].astype(np.float64)


def _share_outside(values: np.ndarray, bounds: np.ndarray) -> float:
    return float(((values < bounds[0]) | (values > bounds[1])).mean())
