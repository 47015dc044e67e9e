"""Limits how many inputs each output of a layer keeps, so that it fits into one LUT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.pruning.masks import keep_only, sizes_of_weights
from training.pruning.sparsity_controller import wanted_density

FanIn = Mapping[str, int]


def checked_fan_in(fan_in: FanIn | None) -> FanIn:
    """The limits by layer; raises ValueError unless each is an integer ≥ 1."""
    for limit in (fan_in or {}).values():
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise ValueError(f"`fan_in` must hold integers >= 1. Received: {fan_in!r}")
    return fan_in or {}


def fan_in_at(limit: int, inputs: int, progress: float) -> int:
    """Most inputs of an output at `progress`, 0 to 1, of stage 1, whose last is `limit`.

    limit + (inputs − limit) · (1 − min(progress / 0.7, 1))³, the wanted density's cubic.
    """
    return round(max(limit, inputs * wanted_density(1.0 - min(limit / inputs, 1.0), progress)))


def limit_fan_ins(layers: Sequence[Any], fan_in: FanIn, progress: float) -> None:
    """M ← 0 and W ← 0 for all but the largest |W · M| of each output; of equals the first stay.

    Args:
        layers: sparse ternary ones; those that `fan_in` does not name stay as they are.
        fan_in: by layer, most nonzero weights of an output at the end of stage 1.
        progress: share of stage 1 that has passed.
    """
    for layer in layers:
        if layer.name in fan_in:
            sizes = layer.by_output(sizes_of_weights(layer))
            kept = fan_in_at(fan_in[layer.name], len(sizes), progress)
            if np.count_nonzero(sizes, axis=0).max() > kept:
                among = np.zeros(sizes.shape, bool)
                largest = np.argsort(-sizes, axis=0, kind="stable")[:kept]
                np.put_along_axis(among, largest, True, axis=0)
                keep_only(layer, among.reshape(layer.kernel.shape))
