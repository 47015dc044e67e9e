"""Keeps a layer from losing all of its weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from training.pruning.masks import sizes_of_weights

MinimumDensity = float | Mapping[str, float]
# Of the wanted density, the most that a number for all layers may hold back.
SHARE = 0.2


def check_minimum_density(minimum: MinimumDensity) -> None:
    """Raises ValueError unless every density is in [0, 1)."""
    values = minimum.values() if isinstance(minimum, Mapping) else (minimum,)
    if not all(0.0 <= value < 1.0 for value in values):
        raise ValueError(f"`min_density` must be in [0, 1). Received: {minimum!r}")


def minimum_density(minimum: MinimumDensity, layer: Any, sparsity: float | None = None) -> float:
    """The density that a layer keeps; 0 where none is given.

    A number for all layers counts at most a fifth of 1 − sparsity: were it all of that, every layer
    would be equally sparse, small first ones too.  A layer's own density counts as it is.
    """
    if isinstance(minimum, Mapping):
        return minimum.get(layer.name, 0.0)
    return minimum if sparsity is None else min(minimum, SHARE * (1.0 - sparsity))


def hold_density(layer: Any, density: float) -> None:
    """η ← min(η, just below the k-th largest |W · M|), k = ⌈density · N⌉."""
    from keras import ops

    kept = math.ceil(density * math.prod(layer.kernel.shape))
    if not kept:
        return
    sizes = sizes_of_weights(layer).ravel()
    smallest_kept = np.partition(sizes, len(sizes) - kept)[len(sizes) - kept]
    below = float(np.nextafter(smallest_kept, np.float32(-1)))
    if 0.0 <= below < float(ops.convert_to_numpy(layer.threshold)):
        layer.threshold.assign(below)
