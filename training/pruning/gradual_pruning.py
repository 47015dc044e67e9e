"""Weights that leave for good while stage 1 still trains."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.pruning.masks import keep_only
from training.pruning.sparsity_controller import wanted_density
from training.pruning.stage_two import relative_sizes


def prune_gradually(
    layers: Sequence[Any], sparsity: float, progress: float, least: Callable[[Any], float]
) -> None:
    """M ← 0 and W ← 0 for all but the u · N largest |W · M| / η of all N weights of the layers.

    u = 1 − sparsity + sparsity · (1 − progress)³, which is above the wanted density until the end
    of stage 1, so what leaves is zero already where thresholds follow.  Of equals, all stay.

    Args:
        layers: sparse ternary ones.
        sparsity: of the layers at the end of stage 1.
        progress: share of stage 1 that has passed, 0 to 1.
        least: the least density of a layer, which stays whatever its sizes.

    Reference: the cubic is that of Zhu and Gupta, To prune, or not to prune (arXiv 1710.01878).
    """
    sizes, total = relative_sizes(layers, least)
    kept = math.ceil(wanted_density(sparsity, progress, ramp=1.0) * total - 1e-9)
    if kept >= np.count_nonzero(sizes):
        return
    smallest_kept = np.partition(sizes, total - kept)[total - kept]
    ends = np.cumsum([math.prod(layer.kernel.shape) for layer in layers])
    for layer, part in zip(layers, np.split(sizes >= smallest_kept, ends[:-1]), strict=True):
        keep_only(layer, part.reshape(layer.kernel.shape))
