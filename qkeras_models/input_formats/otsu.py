"""The threshold that splits numbers best in two."""

from __future__ import annotations

import numpy as np

SIGNIFICANT_BITS = 16


def otsu_thresholds(columns: np.ndarray) -> np.ndarray:
    """For each column, the threshold t > 0 that maximizes the variance between its two sides.

    The sides are x < t and x ≥ t.  t lies halfway between two neighbouring values, rounded to 16
    significant bits, so it is short in hardware and exact in float32.  A column that no positive
    threshold splits gets 1.

    Args:
        columns: float64 (rows, columns), finite.

    Returns:
        float64 (columns,), each > 0.

    Reference: N. Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    values = np.sort(columns, axis=0)
    below = np.cumsum(values - values.mean(axis=0), axis=0)[:-1]
    count = np.arange(1, len(values), dtype=np.float64)[:, None]
    between = below**2 * (1 / count + 1 / (len(values) - count))
    middle = _short(values[:-1] / 2 + values[1:] / 2)
    usable = (values[:-1] < values[1:]) & (middle > 0)
    if not len(between):
        return np.ones(values.shape[1])
    best = np.where(usable, between, -1.0).argmax(axis=0)[None, :]
    found = np.take_along_axis(usable, best, axis=0)[0]
    return np.where(found, np.take_along_axis(middle, best, axis=0)[0], 1.0)


def _short(x: np.ndarray) -> np.ndarray:
    """x with its mantissa rounded to 16 bits, and 0 where float32 has no normal number for it."""
    mantissa, exponent = np.frexp(x)
    step = float(1 << SIGNIFICANT_BITS)
    short = np.ldexp(np.round(mantissa * step) / step, exponent)
    return np.where(np.abs(short) < np.finfo(np.float32).smallest_normal, 0.0, short)
