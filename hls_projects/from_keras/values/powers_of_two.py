"""Floats as integers times a power of two."""

from __future__ import annotations

import numpy as np


def common_step(*arrays: np.ndarray | float) -> float:
    """The largest power of two of which every value is a multiple; 1 if all are 0.

    Args:
        arrays: finite floats.

    Example:
        >>> common_step(np.array([0.75, -2.0]))
        0.25
    """
    values = np.concatenate([np.ravel(np.asarray(array, np.float64)) for array in arrays])
    values = values[values != 0]
    if not values.size:
        return 1.0
    mantissas, exponents = np.frexp(values)
    integers = np.abs(np.ldexp(mantissas, 53)).astype(np.int64)
    places = np.log2((integers & -integers).astype(np.float64)).astype(int)
    return float(np.ldexp(1.0, int((exponents - 53 + places).min())))


def is_power_of_two(values: np.ndarray | float) -> bool:
    """Whether every one of some positive floats is a power of two."""
    return bool((np.frexp(np.asarray(values, np.float64))[0] == 0.5).all())
