"""Stage 2: weights that quantize to 0 leave for good."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np
from keras import ops

from qkeras_models.layers.sparse_ternary_layer import overall_sparsity
from training.pruning.minimum_density import hold_density

# Times the wanted nonzeros that stage 1 may end with before the user is told why.
FAR = 1.1


class Survivors(str, Enum):
    """What the weights that survive stage 2 may become in stage 3."""

    TERNARY = "ternary"
    BINARY = "binary"


def raise_thresholds(
    layers: Sequence[Any], sparsity: float, least: Callable[[Any], float] = lambda _: 0.0
) -> None:
    """Multiplies all thresholds by the smallest common factor ≥ 1 that gives the sparsity.

    The controller ends close to the wanted sparsity; this makes it hold exactly, but for layers
    that it would bring below their least density, which keep that.  Of weights of one size, such
    as those that clipping left at ±1, chance decides which stay.

    Args:
        least: the least density of a layer.
    """
    sizes, total = relative_sizes(layers, least)
    nonzeros = int(np.count_nonzero(sizes > 1.0))
    allowed = int(np.floor((1.0 - sparsity) * total + 1e-9))
    allowed = max(allowed, int(np.isinf(sizes).sum()))
    if nonzeros <= allowed:
        return
    # Just above the largest weight that must go, whatever float32 makes of the product; just below
    # where it is as large as one that stays.
    largest_gone = np.partition(sizes, len(sizes) - allowed - 1)[len(sizes) - allowed - 1]
    surplus = int(np.count_nonzero(sizes >= largest_gone)) - allowed
    ties = np.flatnonzero(sizes == largest_gone)
    tied = surplus < len(ties)
    factor = float(largest_gone) * (1.0 + (-1e-6 if tied else 1e-6))
    if tied:
        _forget(layers, np.random.default_rng(0).choice(ties, surplus, replace=False))
    for layer in layers:
        layer.threshold.assign(layer.threshold * factor)
        hold_density(layer, least(layer))


def lower_thresholds(layers: Sequence[Any], sparsity: float) -> None:
    """Multiplies all thresholds by the largest common factor ≤ 1 that gives at most the sparsity.

    For thresholds that ran past the weights that were to stay.
    """
    sizes, total = relative_sizes(layers, lambda _: 0.0)
    allowed = int(np.floor((1.0 - sparsity) * total + 1e-9))
    smallest_kept = np.partition(sizes, len(sizes) - allowed)[len(sizes) - allowed]
    factor = min(float(smallest_kept) * (1.0 - 1e-6), 1.0)
    for layer in layers:
        layer.threshold.assign(layer.threshold * factor)


def _forget(layers: Sequence[Any], positions: np.ndarray) -> None:
    """Shadow weights ← 0 at positions among those of all layers, one layer after another."""
    start = 0
    for layer in layers:
        kernel = np.array(ops.convert_to_numpy(layer.kernel))
        inside = positions[(positions >= start) & (positions < start + kernel.size)] - start
        kernel.reshape(-1)[inside] = 0.0
        layer.kernel.assign(kernel)
        start += kernel.size


def shortfall(layers: Sequence[Any], sparsity: float) -> str | None:
    """Why stage 1 ended with more than FAR times the wanted nonzeros, if thresholds tell."""
    reached = overall_sparsity(layers)
    at_limit = [layer.name for layer in layers if _at_limit(layer.threshold)]
    if 1.0 - reached <= FAR * (1.0 - sparsity) or not at_limit:
        return None
    return (
        f"stage 1 ended at {reached:.2%} zeros of {sparsity:.2%} asked for, with thresholds of "
        f"{', '.join(at_limit)} at their upper bound: shadow weights drifted to -1 and 1, where no "
        "threshold tells them apart. A larger l2 or a smaller learning rate keeps them from there"
    )


def _at_limit(threshold: Any) -> bool:
    limit = np.float32(threshold.constraint.limit)
    return bool(ops.convert_to_numpy(threshold) >= limit * (1.0 - 1e-6))


def relative_sizes(
    layers: Sequence[Any], least: Callable[[Any], float]
) -> tuple[np.ndarray, int]:
    """|W| / η of every weight of the model that is not masked, and the number of all weights.

    Infinite for those that a layer keeps whatever the sparsity.
    """
    sizes, total = [], 0
    for layer in layers:
        kernel = np.abs(ops.convert_to_numpy(ops.cast(layer.kernel, "float32")))
        threshold = max(float(ops.convert_to_numpy(layer.threshold)), 1e-12)
        relative = kernel.ravel().astype(np.float64) / threshold
        kept = math.ceil(least(layer) * kernel.size)
        if kept:
            relative[np.argpartition(relative, -kept)[-kept:]] = np.inf
        sizes.append(relative)
        total += kernel.size
    return np.concatenate(sizes), total


def prune(layers: Sequence[Any], survivors: Survivors) -> None:
    """M ← |T(W)|, regularizers off, stage 3 begins; T(W) itself does not change.

    Binary survivors keep the sign of their shadow weight whatever its size: η ← 0, fixed.
    """
    for layer in layers:
        layer.mask.assign(np.abs(layer.ternary_kernel()).astype(np.float32))
        layer.sparsity_strength.assign(0.0)
        layer.l2_strength.assign(0.0)
        layer.stage.assign(3.0)
        if survivors is Survivors.BINARY:
            layer.threshold.assign(0.0)
            layer.threshold_gate.assign(0.0)
