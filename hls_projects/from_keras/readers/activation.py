"""Batch normalization and activation."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.activation_format import ActivationFormat, activation_format
from hls_projects.from_keras.keras_levels import NormalizedActivation, keras_levels
from hls_projects.from_keras.readers.weights import READERS as WEIGHTS
from hls_projects.from_keras.walk import Reader, Walk
from hls_projects.kinds import Levels
from hls_projects.kinds.layer import column_sums

FLOAT32_INTEGERS = 1 << 24


def read_activation(walk: Walk, normalization: Any) -> None:
    """Batch normalization and the activation after it, as levels."""
    check_normalization(normalization)
    walk.position += 1
    activation = walk.chain[walk.position] if walk.position < len(walk.chain) else None
    quantizer = getattr(activation, "activation", None)
    if type(activation).__name__ not in ("QActivation", "Activation") or quantizer is None:
        raise ValueError(
            f"a QActivation must follow '{normalization.name}'. "
            f"Received: {getattr(activation, 'name', 'nothing')}"
        )
    try:
        values = activation_format(quantizer)
    except ValueError as error:
        raise ValueError(f"layer '{activation.name}': {error}") from None
    threshold = _find(walk, normalization, activation, values)
    if values.step != 1.0 and values.offset and _feeds_head(walk):
        # ±1 must enter the head's sums as 0 and 2: the level twice, and one never reached.
        threshold = _doubled(threshold)
        values = ActivationFormat(2, 1.0, values.offset)
    walk.layers.append(threshold)
    walk.values, walk.weighted = values, None


def check_normalization(layer: Any) -> None:
    """Raises ValueError unless a BatchNormalization is over the last axis."""
    last = layer.input_spec.ndim - 1
    if layer.axis not in (-1, last):
        raise ValueError(
            f"`axis` of '{layer.name}' (BatchNormalization) must be -1 (or {last}), the channels. "
            f"Received: {layer.axis!r}"
        )


def _find(walk: Walk, normalization: Any, activation: Any, values: ActivationFormat) -> Levels:
    lowest, highest = walk.reached_range()
    lowest = lowest.reshape(-1, lowest.shape[-1]).min(axis=0)
    highest = highest.reshape(-1, highest.shape[-1]).max(axis=0)
    largest = max(abs(int(lowest.min())), abs(int(highest.max())))
    if largest >= FLOAT32_INTEGERS:
        raise ValueError(
            f"accumulators of '{walk.weighted.name}' reach {largest}, beyond the 2^24 up to "
            "which Keras's float32 sums are exact; use fewer input or activation bits"
        )
    step, shift = walk.values.step, walk.values.offset * column_sums(walk.layers[-1].weights)

    def sums(accumulators: np.ndarray) -> np.ndarray:
        return (step * accumulators + shift).astype(np.float32)

    pair = NormalizedActivation(normalization, activation, walk.jit_compile)
    try:
        return keras_levels(pair, values, sums, lowest, highest)
    except ValueError as error:
        where = f"'{normalization.name}' after '{walk.weighted.name}'"
        raise ValueError(f"{where}: {error}") from None


def _feeds_head(walk: Walk) -> bool:
    rest = walk.chain[walk.position + 1 :]
    return sum(type(layer) in WEIGHTS for layer in rest) == 1


def _doubled(threshold: Levels) -> Levels:
    end = np.where(threshold.direction > 0, np.iinfo(np.int32).max, np.iinfo(np.int32).min)
    levels = np.hstack([threshold.levels, threshold.levels, end[:, None]]).astype(np.int32)
    return Levels(levels, threshold.direction)


READERS = {
    keras.layers.BatchNormalization: Reader(read_activation, ends_weights=True, absorbed=True)
}
