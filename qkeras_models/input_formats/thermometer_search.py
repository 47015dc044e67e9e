"""Finds thresholds for each feature, and the integers that are compared with them, from data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qkeras_models.input_formats.fixed_point import MOST_BITS, FixedPoint, check_bits
from qkeras_models.input_formats.format_search import LARGEST_EXPONENT, SMALLEST_EXPONENT

LEVELS = 31
MOST_LEVELS = 255
# How far a threshold may leave its quantile, as a share of the way to the next one.
TOLERANCE = 0.25


@dataclass(frozen=True)
class ThermometerFormat:
    """Integers of the features, and for each feature the integers that they are compared with.

    Args:
        format: of the features, a power of two as the scale of each.
        thresholds: of each feature, ascending.
    """

    format: FixedPoint
    thresholds: tuple[tuple[int, ...], ...]

    @property
    def levels(self) -> int:
        """Thresholds of all features."""
        return sum(map(len, self.thresholds))

    def codes(self, x: np.ndarray) -> np.ndarray:
        """Floats (samples, features) to bits (samples, levels), bool."""
        integers = self.format.quantize(x)
        columns = [integers[:, [i]] >= np.asarray(own) for i, own in enumerate(self.thresholds)]
        return np.concatenate(columns, axis=1)


def find_thermometer(
    x: np.ndarray, levels: int | Sequence[int] = LEVELS, bits: int | None = None
) -> ThermometerFormat:
    """Thresholds at quantiles of the data, in integers of as few bits as keep them there.

    A feature of few values has a threshold between any two of them, a constant one has none.
    What lies beyond all thresholds of a feature is clipped, which changes no comparison: outliers
    cost nothing.  Zero must be in reach: a feature of 10⁶ ± 50 has few integers between its values.
    Of the integers that lie near enough to a quantile, within a quarter of the way
    to the next one, a threshold is the one with most zeros at its end: the shortest comparison.

    Args:
        x: finite numbers (samples, features); give it training data only.
        levels: thresholds of each feature at most, 1 to 255; or those of each, 0 to 255.
        bits: width of the integers; None: the fewest, up to 16, that leave thresholds near enough.

    Raises:
        ValueError: for values outside these ranges, where all features are constant, or naming a
            feature that lies so far from 0 that `bits` do not keep its thresholds.

    Example:
        >>> find_thermometer(np.array([[0.0], [0.5], [0.75]])).thresholds
        ((2, 3),)
    """
    x = np.asarray(x)
    if x.ndim != 2 or not x.size or x.dtype.kind not in "fiub" or not np.isfinite(x).all():
        raise ValueError(
            "`x` must be a non-empty array (samples, features) of finite numbers. "
            f"Received: shape {x.shape}, dtype {x.dtype}"
        )
    own = _checked_levels(levels, x.shape[1])
    columns = (np.sort(column.astype(np.float32)) for column in x.T)
    windows = [_windows(column, most) for column, most in zip(columns, own, strict=True)]
    if not any(len(above) for _, above in windows):
        raise ValueError("`x` must hold a feature that is not constant. Received: constants alone")
    signed = any((above <= 0).any() for _, above in windows)
    for width in range(1, MOST_BITS + 1) if bits is None else [check_bits(bits)]:
        form = FixedPoint(width, signed, 1.0)
        found = [_integers(*window, form) for window in windows]
        if all(own.near for own in found):
            break
    for number, window in enumerate(windows):
        if not found[number].near:
            _refuse_far(number, *window, found[number], width)
    scales = tuple(own.step for own in found)
    return ThermometerFormat(
        FixedPoint(width, signed, scales), tuple(own.thresholds for own in found)
    )


def _refuse_far(
    number: int, below: np.ndarray, above: np.ndarray, found: _Found, bits: int
) -> None:
    """Raises ValueError where most integers are spent on the way from 0 to a feature's values."""
    low, high = float(below.min()), float(above.max())
    if min(abs(low), abs(high)) > high - low:
        raise ValueError(
            f"feature {number} must lie nearer to 0: integers of {bits} bits keep "
            f"{len(found.thresholds)} of its {len(above)} thresholds, which lie from {low:.9g} to "
            f"{high:.9g}. Subtract {(low + high) / 2:.9g} from it"
        )


def _checked_levels(levels: int | Sequence[int], features: int) -> Sequence[int]:
    single = isinstance(levels, (int, np.integer))
    own = [levels] * features if single else list(levels)
    good = all(isinstance(n, (int, np.integer)) and single <= n <= MOST_LEVELS for n in own)
    if not good or len(own) != features:
        raise ValueError(
            f"`levels` must be an integer from 1 to {MOST_LEVELS}, or one from 0 for each of "
            f"{features} features. Received: {levels!r}"
        )
    return own


def _windows(column: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """For each threshold t of a sorted column two of its values: below < t ≤ above."""
    column = column.astype(np.float64)
    cuts = _cuts(column, levels)
    ways = np.diff(np.concatenate([[0], cuts, [len(column)]]))
    play = (TOLERANCE * np.minimum(ways[:-1], ways[1:])).astype(int)
    return column[np.maximum(cuts - 1 - play, 0)], column[np.minimum(cuts + play, len(column) - 1)]


def _cuts(column: np.ndarray, levels: int) -> np.ndarray:
    """Positions in a sorted column before which a threshold stands, ascending."""
    starts = np.flatnonzero(np.diff(column)) + 1
    if len(starts) <= levels:
        return starts
    if not levels:
        return starts[:0]
    wanted = np.arange(1, levels + 1) * len(column) // (levels + 1)
    after = np.searchsorted(starts, wanted)
    near = np.stack([starts[np.maximum(after - 1, 0)], starts[np.minimum(after, len(starts) - 1)]])
    return np.unique(near[np.abs(near - wanted).argmin(axis=0), np.arange(levels)])


@dataclass(frozen=True)
class _Found:
    """Thresholds of one feature, its step, and whether all of them are near their quantiles."""

    step: float
    thresholds: tuple[int, ...]
    near: bool


def _integers(below: np.ndarray, above: np.ndarray, form: FixedPoint) -> _Found:
    """The shortest step whose range has an integer in every window, or at least all thresholds.

    Then thresholds differ in the highest bits, which are all that most comparisons look at.
    """
    if not len(above):
        return _Found(1.0, (), True)
    largest = np.frexp(max(np.abs(below).max(), np.abs(above).max()))[1]
    best = _Found(1.0, (), False)
    for exponent in range(min(largest, LARGEST_EXPONENT), largest - form.bits - 2, -1):
        step = float(np.ldexp(1.0, max(exponent, SMALLEST_EXPONENT)))
        first = np.floor(below / step) + 1
        last = np.floor(above / step)
        if first.max() > form.highest or last.min() <= min(form.lowest, -1):
            break  # as shorter steps have it too
        lowest, highest = np.maximum(first, form.lowest + 1), np.minimum(last, form.highest)
        near = bool((lowest <= highest).all())
        if near:
            ends = zip(lowest.astype(int), highest.astype(int), strict=True)
            best = _Found(step, tuple(_shortest(*pair, form.lowest) for pair in ends), True)
        elif not best.near:
            rounded = np.clip(np.round((below + above) / 2 / step), form.lowest + 1, form.highest)
            best = _Found(step, tuple(np.unique(rounded.astype(int)).tolist()), False)
    return best


def _shortest(first: int, last: int, lowest: int) -> int:
    """The integer from `first` to `last` whose distance from `lowest` ends in most zeros."""
    place = 0
    while (last - lowest) >> place + 1 << place + 1 >= first - lowest:
        place += 1
    return int(((last - lowest) >> place << place) + lowest)
