"""Keras's layers of weights, compared with the integer network's as linear maps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from keras import ops

from hls_projects.from_keras.converter import Converted
from hls_projects.from_keras.values.biases import FLOAT32_INTEGERS
from hls_projects.from_keras.values.powers_of_two import is_power_of_two
from hls_projects.kinds import Layer
from hls_projects.kinds.layer import signed_parts

MOST_VALUE = 1 << 11
# Bits of the chance that a layer of other weights is not seen.
CERTAINTY = 64
# Of free scales Keras's products are rounded; a whole weight more or less is one step.
MOST_OFF = 0.25


def check_weights(converted: Converted, step: int) -> tuple[int, str]:
    """A Keras layer of weights, without its bias and activation, at random integers.

    Both sides are linear.  Where they differ at all, integers drawn evenly from 2R + 1 hide it with
    a chance of at most 1 / (2R + 1) a sample.  So many samples are drawn that this is below 2^−64
    in all.  R is so small that no partial sum reaches 2^24, and float32 is exact.

    Args:
        converted: the model's integer network.
        step: of the Keras layer.

    Returns:
        How many weights were compared, and where an output differs.
    """
    layer, weighted = converted.graph.steps[step].layer, converted.weighted[step]
    kinds = [converted.layers[each.position] for each in weighted]
    x = _random_integers(kinds, weighted[0].shape)
    with _linear(layer):
        sums = layer(ops.convert_to_tensor(_as_given(layer, x), "float32"), training=False)
    found = ops.convert_to_numpy(sums).astype(np.float64)
    scale = math.prod((np.asarray(each.step) for each in weighted), start=np.float64(1.0))
    allowed = 0.0 if is_power_of_two(scale) else MOST_OFF
    off = np.abs(found / scale - _through(kinds, x).reshape(found.shape))
    wrong = np.argwhere(~(off <= allowed))
    compared = sum(kind.weights.size for kind in kinds)
    if not len(wrong):
        return compared, ""
    output = ", ".join(map(str, wrong[0][1:]))
    return compared, f"'{layer.name}' has other weights than the network: output {output} differs"


def _random_integers(kinds: list[Layer], shape: tuple[int, ...]) -> np.ndarray:
    gain = math.prod(_gain(kind) for kind in kinds)
    largest = max(1, min(MOST_VALUE, (FLOAT32_INTEGERS - 1) // gain))
    samples = math.ceil(CERTAINTY / math.log2(2 * largest + 1))
    return np.random.default_rng(0).integers(
        -largest, largest, (samples, *shape), dtype=np.int32, endpoint=True
    )


def _gain(kind: Layer) -> int:
    """The largest sum of |weights| of an output; at least 1."""
    positive, negative = signed_parts(kind.matrix)
    return max(1, int((positive + negative).sum(axis=0).max()))


def _as_given(layer: Any, x: np.ndarray) -> np.ndarray:
    """Images of one column as the series that Keras takes."""
    return x[:, :, 0] if len(getattr(layer, "kernel_size", ())) == 1 else x


def _through(kinds: list[Layer], x: np.ndarray) -> np.ndarray:
    for kind in kinds:
        x = kind.forward(x)
    return x


@contextmanager
def _linear(layer: Any) -> Iterator[Any]:
    """A layer without its activation, and with biases of 0, until the end."""
    activation = getattr(layer, "activation", None)
    biases = [(weight, ops.convert_to_numpy(weight)) for weight in _biases(layer)]
    try:
        if activation is not None:
            layer.activation = None
        for weight, values in biases:
            weight.assign(np.zeros_like(values))
        yield layer
    finally:
        if activation is not None:
            layer.activation = activation
        for weight, values in biases:
            weight.assign(values)


def _biases(layer: Any) -> list[Any]:
    """What adds to sums: a bias, and the shift of a normalization that was folded in."""
    folded = getattr(layer, "batchnorm", None)
    found = [getattr(layer, "bias", None), getattr(folded, "beta", None),
             getattr(folded, "moving_mean", None)]
    return [weight for weight in found if weight is not None]
