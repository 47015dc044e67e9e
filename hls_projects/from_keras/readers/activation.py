"""Batch normalization, which waits for an activation, and activations, which become levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from qkeras import QActivation, QBatchNormalization

from hls_projects.from_keras.keras_levels import PendingActivation, keras_levels
from hls_projects.from_keras.values.activation_format import ActivationFormat, activation_format
from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Levels
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.networks.kernels import kernel_of


def read_normalization(_: Walk, normalization: Any, reached: Reached) -> Reached:
    """Floats, until an activation makes integers of them."""
    check_normalization(normalization)
    return replace(reached, pending=(*reached.pending, normalization))


def check_normalization(layer: Any) -> None:
    """Raises ValueError unless a BatchNormalization is over the last axis."""
    last = layer.input_spec.ndim - 1
    if layer.axis not in (-1, last):
        raise ValueError(
            f"`axis` of '{layer.name}' ({type(layer).__name__}) must be -1 (or {last}), the "
            f"channels. Received: {layer.axis!r}"
        )


def read_activation(walk: Walk, activation: Any, reached: Reached) -> Reached:
    """All that is pending, and the activation, as levels."""
    return read_quantizer(walk, activation, activation.activation, reached)


def read_quantizer(walk: Walk, layer: Any, quantizer: Any, reached: Reached) -> Reached:
    """The levels of a quantizer of activations, which is of a layer.

    Raises:
        ValueError: naming the layer, for an activation that has no levels.
    """
    try:
        values = activation_format(quantizer)
    except ValueError as error:
        raise ValueError(f"layer '{layer.name}': {error}") from None
    levels = _find(walk, layer, quantizer, values, reached)
    tap = Tap(walk.position, values.step, values.offset)
    if values.step != 1.0 and values.offset and _feeds_head(walk):
        # ±1 must enter the head's sums as 0 and 2: the level twice, and one never reached.
        levels = _doubled(levels)
        values, tap = ActivationFormat(2, 1.0, values.offset), replace(tap, scale=1.0)
    return Reached(walk.add(levels, layer.name, reached, tap=tap), values.step, values.offset)


def _find(
    walk: Walk, layer: Any, quantizer: Any, values: ActivationFormat, reached: Reached
) -> Levels:
    lowest, highest = walk.range(reached)
    lowest = lowest.reshape(-1, lowest.shape[-1]).min(axis=0)
    highest = highest.reshape(-1, highest.shape[-1]).max(axis=0)

    def numbers(integers: np.ndarray) -> np.ndarray:
        return (reached.step * integers + reached.offset).astype(np.float32)

    rank = len(walk.shape(reached)) + 1
    pending = PendingActivation(reached.pending, quantizer, walk.jit_compile, layer.name, rank)
    try:
        return keras_levels(pending, values, numbers, lowest, highest)
    except ValueError as error:
        own = layer.name if not reached.pending else str(getattr(reached.pending[-1], "name", ""))
        raise ValueError(f"'{own}' after '{reached.summed or 'the input'}': {error}") from None


def _feeds_head(walk: Walk) -> bool:
    """Whether all layers of weights that take this, however far on, are the last before a head."""
    following = _following(walk, walk.position)
    weighted = {i for i in following if kernel_of(walk.steps[i].layer) is not None}
    heads = any(isinstance(walk.steps[i].layer, IntegerHead) for i in following)
    return bool(heads and weighted) and not any(weighted & _following(walk, i) for i in weighted)


def _following(walk: Walk, position: int) -> set[int]:
    """Every step that a step's output has to do with."""
    found = {position}
    for later in range(position + 1, len(walk.steps)):
        if found.intersection(walk.steps[later].taken):
            found.add(later)
    return found - {position}


def _doubled(threshold: Levels) -> Levels:
    end = np.where(threshold.direction > 0, np.iinfo(np.int32).max, np.iinfo(np.int32).min)
    levels = np.hstack([threshold.levels, threshold.levels, end[:, None]]).astype(np.int32)
    return Levels(levels, threshold.direction)


NORMALIZATION = Reader(read_normalization, floats=True)
ACTIVATION = Reader(read_activation, floats=True)
READERS = {
    keras.layers.BatchNormalization: NORMALIZATION,
    QBatchNormalization: NORMALIZATION,
    QActivation: ACTIVATION,
    keras.layers.Activation: ACTIVATION,
}
