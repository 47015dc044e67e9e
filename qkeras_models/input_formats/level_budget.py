"""How many thresholds each feature gets, of so many for all."""

from __future__ import annotations

import numpy as np

from qkeras_models.input_formats.thermometer_search import MOST_LEVELS


def levels_by_budget(x: np.ndarray, y: np.ndarray, budget: int, most: int) -> tuple[int, ...]:
    """Thresholds of each feature: more where they say more about the targets.

    Every feature begins without any.  Then, again and again, the thresholds of one feature are
    doubled, from n to 2n + 1, so that quantiles stay quantiles: of the one whose next thresholds
    explain most of the targets' variance, each.  What n thresholds at quantiles explain is the
    share Σ_b n_b (ȳ_b − ȳ)² / Σ (y − ȳ)² between the bins b that they make.

    Args:
        x: finite numbers (samples, features); give it training data only.
        y: classes (samples,), or numbers (samples, targets).
        budget: thresholds of all features together, at least 1.
        most: thresholds of one feature, 1 to 255.

    Raises:
        ValueError: for a budget or a largest number out of range, for other x and y, or where no
            feature says anything about y.

    Example:
        >>> x, y = np.array([[0, 5], [1, 5], [2, 5], [3, 5]]), np.array([0, 1, 2, 3])
        >>> levels_by_budget(x, y, 3, 7)
        (3, 0)
    """
    x, y = np.asarray(x), np.asarray(y)
    _check(x, y, budget, most)
    targets = np.eye(int(y.max()) + 1)[y] if y.ndim == 1 else y.astype(np.float64)
    targets = targets - targets.mean(axis=0)
    targets = targets / np.maximum(np.sqrt((targets**2).sum(axis=0)), np.finfo(float).tiny)
    ranks = np.stack([_ranks(column) for column in x.T], axis=1)
    levels = [0] * x.shape[1]
    gains = [_gain(ranks[:, f], targets, 0, most) for f in range(x.shape[1])]
    left = budget
    while True:
        usable = [f for f, n in enumerate(levels) if 0 < _next(n, most) - n <= left]
        best = max(usable, key=lambda f: gains[f], default=None)
        if best is None or gains[best] <= 0:
            break
        left -= _next(levels[best], most) - levels[best]
        levels[best] = _next(levels[best], most)
        gains[best] = _gain(ranks[:, best], targets, levels[best], most)
    if not any(levels):
        raise ValueError(
            "`x` must hold a feature that says something about `y`. Received: "
            f"{'a constant `y`' if not targets.any() else 'none'}"
        )
    return tuple(levels)


def _check(x: np.ndarray, y: np.ndarray, budget: int, most: int) -> None:
    for name, value, largest in (("budget", budget, None), ("most", most, MOST_LEVELS)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < 1 or (largest is not None and value > largest):
            allowed = ">= 1" if largest is None else f"from 1 to {largest}"
            raise ValueError(f"`{name}` must be an integer {allowed}. Received: {value!r}")
    if x.ndim != 2 or not x.size or x.dtype.kind not in "fiub" or not np.isfinite(x).all():
        raise ValueError(
            "`x` must be a non-empty array (samples, features) of finite numbers. "
            f"Received: shape {x.shape}, dtype {x.dtype}"
        )
    classes = y.ndim == 1 and y.dtype.kind in "iu" and (y >= 0).all()
    numbers = y.ndim == 2 and y.dtype.kind in "fiub" and np.isfinite(y).all()
    if len(y) != len(x) or not (classes or numbers):
        raise ValueError(
            f"`y` must be classes from 0, integers ({len(x)},), or finite numbers ({len(x)}, "
            f"targets). Received: shape {y.shape}, dtype {y.dtype}"
        )


def _next(levels: int, most: int) -> int:
    return min(2 * levels + 1, most)


def _ranks(column: np.ndarray) -> np.ndarray:
    """The place of each sample in ascending order, of equal ones their middle."""
    ordered = np.sort(column)
    ends = (np.searchsorted(ordered, column, side) for side in ("left", "right"))
    return sum(ends) // 2


def _gain(ranks: np.ndarray, targets: np.ndarray, levels: int, most: int) -> float:
    """What the next thresholds of a feature explain more, each."""
    more = _next(levels, most)
    if more == levels:
        return 0.0
    return (_explained(ranks, targets, more) - _explained(ranks, targets, levels)) / (more - levels)


def _explained(ranks: np.ndarray, targets: np.ndarray, levels: int) -> float:
    bins = ranks * (levels + 1) // len(ranks)
    counts = np.maximum(np.bincount(bins, minlength=levels + 1), 1)
    sums = [np.bincount(bins, column, levels + 1) for column in targets.T]
    return float(sum((s**2 / counts).sum() for s in sums))
