"""Finds how float inputs should become integers, from the training data."""

from __future__ import annotations

from typing import Any

import numpy as np

from qkeras_models.input_formats.fixed_point import MOST_BITS, FixedPoint, check_bits
from qkeras_models.input_formats.otsu import otsu_thresholds
from qkeras_models.input_formats.randomness import Purpose, permutation

MOST_VALUES = 1 << 20  # values looked at; ranges are taken from all of them
MOST_FOUND = 8  # bits, where nothing says how many
UNSEEN = 1e-6  # a difference in what is lost that is none
HALVINGS = 8  # scales tried below the one that covers every value
SPLIT_AT_ZERO_COST = 0.01  # what one bit may lose more for being signed
PER_FEATURE_GAIN = 0.1  # share of the features' variance that own scales must save
SMALLEST_EXPONENT, LARGEST_EXPONENT = -126, 127  # powers of two among float32's normal numbers


def find_format(
    x: np.ndarray,
    bits: int | None = 8,
    *,
    signed: bool | None = None,
    scale: float | tuple[float, ...] | None = None,
    per_feature: bool | None = None,
) -> FixedPoint:
    """The fixed-point format that keeps most of the data; arguments left as None are found.

    What a format loses is 1 − r², r the correlation of x and x_int: the mean squared error of the
    best a · x_int + b, relative to the variance of x.  (The first layer and its thresholds absorb
    a and b, so no other error counts.)

    - signed: if any value is negative.  One bit is signed where there are negative values and a
      split at 0 loses at most a hundredth more than the best split at a positive number.
    - scale, 2 to 8 bits: a power of two, either the smallest that covers every value or one of the
      eight below it, which clip outliers; the largest of those that lose least.
    - scale, 1 bit: Otsu's threshold, of at most 16 significant bits.
    - per_feature: one scale for each element of the last axis.  Found: for vector samples whose
      features' own scales save at least a tenth of the features' variance, on average.

    Args:
        x: finite numbers (samples, ...); give it training data only.
        bits: width of x_int, 1 to 16; None: the fewest, up to 8, that lose no more than 8 do.
            Data of two values take one bit, of four equally spaced ones two.  8 with a scale.

    Raises:
        ValueError: for values outside these ranges, NaN and infinity, or no data at all.

    Example:
        >>> find_format(np.array([[0.0], [0.25], [0.75]]), bits=2)
        FixedPoint(bits=2, signed=False, scale=0.25)
    """
    x = np.asarray(x)
    if x.ndim < 2 or not x.size or x.dtype.kind not in "fiub" or not np.isfinite(x).all():
        raise ValueError(
            "`x` must be a non-empty array (samples, ...) of finite numbers. "
            f"Received: shape {x.shape}, dtype {x.dtype}"
        )
    if bits is None and scale is None:
        return _fewest_bits(x, signed=signed, per_feature=per_feature)
    bits = MOST_FOUND if bits is None else check_bits(bits)
    negative = bool((x < 0).any())
    if scale is not None:
        return FixedPoint(bits, negative if signed is None else signed, scale)
    if signed is None:
        signs = (True, False) if negative and bits == 1 else (negative,)
    else:
        signs = (signed,)
    found = [_search(x, FixedPoint(bits, sign, 1.0), per_feature) for sign in signs]
    return min(found, key=lambda pair: pair[0] - SPLIT_AT_ZERO_COST * pair[1].signed)[1]


def _fewest_bits(x: np.ndarray, **options: Any) -> FixedPoint:
    widest = find_format(x, MOST_FOUND, **options)
    most_lost = format_loss(x, widest) + UNSEEN
    # So many different integers take so many bits, if none of them is lost.
    columns = np.sort(_sample(_features(widest.quantize(x))), axis=0)
    distinct = int((np.diff(columns, axis=0) != 0).sum(axis=0).max()) + 1
    for bits in range((distinct - 1).bit_length() or 1, MOST_FOUND):
        found = find_format(x, bits, **options)
        if format_loss(x, found) <= most_lost:
            return found
    return widest


def without_unused_bits(x: np.ndarray, format: FixedPoint) -> FixedPoint:
    """The same values from as few bits as the data's integers differ in.

    Bits at the low end that are 0 in all of x_int go, with a scale as much larger, and those at the
    high end that repeat the next one.

    Args:
        x: finite numbers (samples, ...).
        format: with one scale.
    """
    integers = format.quantize(x)
    used = int(np.bitwise_or.reduce(integers, axis=None))
    places = (used & -used).bit_length() - 1 if used else 0
    low, high = int(integers.min()) >> places, int(integers.max()) >> places
    bits = max(high, -low - 1, 0).bit_length() + format.signed
    return FixedPoint(max(bits, 1), format.signed, format.scale * (1 << places))


def smallest_format(x: np.ndarray, most_lost: float) -> FixedPoint:
    """The format of fewest bits that loses at most `most_lost` of x, of 16 bits if none does.

    Args:
        x: see find_format.
        most_lost: 1 − r² that is borne, mean over the features.
    """
    for bits in range(1, MOST_BITS + 1):
        found = find_format(x, bits)
        if format_loss(x, found) <= most_lost:
            break
    return found


def format_loss(x: np.ndarray, format: FixedPoint) -> float:
    """1 − r² of x (samples, ...) and its integers, mean over the last axis where scales are own."""
    columns = _sample(_features(np.asarray(x)))
    if not isinstance(format.scale, tuple):
        columns = columns.reshape(-1, 1)
    return float(_losses(columns, np.asarray(format.scale), format).mean())


def _features(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, x.shape[-1])


def _search(x: np.ndarray, kind: FixedPoint, per_feature: bool | None) -> tuple[float, FixedPoint]:
    """The best format of this width and sign, after its mean loss over the features."""
    features = x.shape[-1]
    columns = _sample(_features(x))
    low, high = x.min(), x.max()
    shared = _best_scales(columns.reshape(-1, 1), np.array([low]), np.array([high]), kind)
    result = _losses(columns, shared, kind).mean(), float(shared[0])
    if per_feature or (per_feature is None and x.ndim == 2 and features > 1):
        axes = tuple(range(x.ndim - 1))
        own = _best_scales(columns, x.min(axis=axes), x.max(axis=axes), kind)
        own_loss = _losses(columns, own, kind).mean()
        if per_feature or result[0] - own_loss >= PER_FEATURE_GAIN:
            result = own_loss, tuple(own.tolist())
    return float(result[0]), FixedPoint(kind.bits, kind.signed, result[1])


def _sample(rows: np.ndarray) -> np.ndarray:
    """At most about a million of the values, as float64 (rows, features)."""
    wanted = max(MOST_VALUES // rows.shape[1], 1024)
    if len(rows) > wanted:
        rows = rows[permutation(len(rows), Purpose.SAMPLE, 0)[:wanted]]
    return rows.astype(np.float64)


def _best_scales(
    columns: np.ndarray, low: np.ndarray, high: np.ndarray, kind: FixedPoint
) -> np.ndarray:
    if kind.bits == 1:
        return np.ones(columns.shape[1]) if kind.signed else otsu_thresholds(columns)
    cover = _covering_exponent(low.astype(np.float64), high.astype(np.float64), kind)
    exponents = np.clip(cover - np.arange(HALVINGS + 1)[:, None], SMALLEST_EXPONENT, None)
    losses = np.stack([_losses(columns, np.ldexp(1.0, row), kind) for row in exponents])
    best = (losses <= losses.min(axis=0) + UNSEEN).argmax(axis=0)[None, :]
    return np.ldexp(1.0, np.take_along_axis(exponents, best, axis=0)[0])


def _covering_exponent(low: np.ndarray, high: np.ndarray, kind: FixedPoint) -> np.ndarray:
    """Smallest e with lowest · 2^e ≤ low and high < (highest + 1) · 2^e; 0 where all is 0."""
    above, exponent = np.frexp(np.maximum(high, 0.0))
    exponent = np.where(above > 0, exponent - (kind.highest + 1).bit_length() + 1, -(1 << 20))
    if kind.signed:
        below, power = np.frexp(np.maximum(-low, 0.0))
        power = power - (below == 0.5) - (kind.bits - 1)
        exponent = np.where(below > 0, np.maximum(exponent, power), exponent)
    exponent = np.where(exponent == -(1 << 20), 0, exponent)
    return np.clip(exponent, SMALLEST_EXPONENT, LARGEST_EXPONENT)


def _losses(columns: np.ndarray, scales: np.ndarray, kind: FixedPoint) -> np.ndarray:
    """1 − r² of each column and its integers: 0 for a constant column, 1 for constant integers."""
    integers = kind.with_scale(columns.astype(np.float32), scales).astype(np.float64)
    x = columns - columns.mean(axis=0)
    x /= np.maximum(np.abs(x).max(axis=0), np.finfo(np.float64).tiny)
    q = integers - integers.mean(axis=0)
    total, kept = (x * x).sum(axis=0), (q * q).sum(axis=0)
    product = total * kept
    r2 = np.divide((x * q).sum(axis=0) ** 2, product, out=np.zeros_like(product), where=product > 0)
    return np.where((columns == columns[:1]).all(axis=0), 0.0, 1.0 - r2)
