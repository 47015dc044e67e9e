"""Keras's biases, batch normalization and activation as integer levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.values.activation_format import ALLOWED, ActivationFormat
from hls_projects.from_keras.values.levels import find_levels
from hls_projects.kinds import Levels

# Of an activation, relative to its level: two units in the last place of float32, for the sum
# x + (quantized − x) with which quantizers let gradients through.
LEVEL_ERROR = 2.0**-22


class PendingActivation(keras.Model):
    """What Keras does to sums up to their activation, alone, run as inference runs it.

    Args:
        pending: biases and batch normalizations, in order.
        activation: the activation's quantizer.
        jit_compile: as the model has it; compilers may fuse a product and a sum into one rounding.
        owner: name of the activation's layer.
        rank: axes of what it takes, the batch one of them.
    """

    def __init__(
        self, pending: Sequence[Any], activation: Any, jit_compile: Any, owner: str, rank: int
    ) -> None:
        super().__init__()
        self.pending = list(pending)
        self.activation = activation
        self.jit_compile = jit_compile
        self.owner = owner
        self.rank = rank

    def call(self, inputs: Any) -> Any:
        for step in self.pending:
            is_layer = isinstance(step, keras.Layer)
            inputs = step(inputs, training=False) if is_layer else step(inputs)
        return self.activation(inputs)


def keras_levels(
    layers: PendingActivation,
    values: ActivationFormat,
    sums: Callable[[np.ndarray], np.ndarray],
    lowest: np.ndarray,
    highest: np.ndarray,
) -> Levels:
    """The threshold layer that equals the Keras layers at every reachable accumulator.

    Args:
        layers: the model's own biases, batch normalization and activation.
        values: the integers that the activation stands for.
        sums: maps integer accumulators (rows, channels) to the float32 inputs of `layers`.
        lowest, highest: int64 (channels,), reachable accumulators of each channel.

    Raises:
        ValueError: if a channel is not monotonic, or an activation is none of its levels.
    """
    ones = (1,) * (layers.rank - 2)

    def count_levels(accumulators: np.ndarray) -> np.ndarray:
        real = sums(accumulators).reshape(len(accumulators), *ones, -1)
        outputs = layers.predict(real, batch_size=1 << 14, verbose=0)
        return _levels(outputs.reshape(accumulators.shape), values, layers.owner)

    return find_levels(count_levels, lowest, highest, values.bits)


def _levels(outputs: np.ndarray, values: ActivationFormat, name: str) -> np.ndarray:
    """The levels behind activations, int64; refuses what is none, however near it lies."""
    levels = (outputs.astype(np.float64) - values.offset) / values.step
    nearest = np.rint(levels)
    # Of the activation, whose own size the error of float32 goes with.
    size = np.maximum(np.abs(nearest + values.offset / values.step), nearest)
    right = np.abs(levels - nearest) <= LEVEL_ERROR * size
    right &= (nearest >= 0) & (nearest < 1 << values.bits)
    if not right.all():
        raise ValueError(
            f"layer '{name}': activation must be {ALLOWED}. Received: outputs such as "
            f"{outputs[~right][0]}, which is none of its {1 << values.bits} levels"
        )
    return nearest.astype(np.int64)
