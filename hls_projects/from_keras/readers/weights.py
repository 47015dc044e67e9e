"""Layers of weights: dense and convolutions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from qkeras import QConv2D, QDense, QDepthwiseConv2D

from hls_projects.from_keras.readers.activation import read_quantizer
from hls_projects.from_keras.values.biases import FLOAT32_INTEGERS, AddedBias
from hls_projects.from_keras.values.integer_weights import (
    IntegerWeights,
    integer_weights,
    quantized,
)
from hls_projects.from_keras.values.powers_of_two import common_step, is_power_of_two
from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk, Weighted
from hls_projects.kinds import Conv2D, Dense, Depthwise, Layer
from hls_projects.kinds.channels.each_channel import of_all_channels, of_each_channel
from hls_projects.kinds.layer import signed_parts
from qkeras_models.layers.baselines.ternary_conv2d import TernaryConv2D
from qkeras_models.layers.baselines.ternary_dense import TernaryDense
from qkeras_models.layers.baselines.ternary_depthwise_conv2d import TernaryDepthwiseConv2D
from qkeras_models.layers.convolution_options import check_convolution
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.sparse_ternary_depthwise_conv2d import SparseTernaryDepthwiseConv2D


def read_dense(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """x · W + b, and the layer's own activation."""
    found = integer_weights(layer)
    return read_sums(walk, layer, reached, found, Dense(found.values))


def read_convolution(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Windows of x · W, and b, and the layer's own activation."""
    check_windows(layer, reached)
    found = integer_weights(layer)
    kind = Conv2D(found.values, tuple(layer.strides), layer.padding)
    return read_sums(walk, layer, reached, found, kind)


def read_depthwise(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """A convolution of each channel alone."""
    check_windows(layer, reached)
    found = integer_weights(layer, of_all_channels)
    kind = Depthwise(of_each_channel(found.values), tuple(layer.strides), layer.padding)
    return read_sums(walk, layer, reached, found, kind)


def check_windows(layer: Any, reached: Reached) -> None:
    """Raises ValueError for windows that hardware does not have."""
    # `mask` of our layers is the pruning's; `_mask` is the argument of QConv2D.
    options = {**vars(layer), "mask": getattr(layer, "_mask", None), "name": layer.name}
    check_convolution(options, type(layer).__name__)
    check_padding(layer, reached)


def check_padding(layer: Any, reached: Reached) -> None:
    """Raises ValueError where Keras pads with a 0 that is no integer of what is reached."""
    if layer.padding == "same" and np.any(reached.offset):
        raise ValueError(
            f"`padding` of '{layer.name}' ({type(layer).__name__}) must be 'valid' after "
            "activations of -1 and 1: the 0 that Keras pads with is neither of them. "
            "Use quantized_relu or binary(use_01=True). Received: 'same'"
        )


def read_sums(
    walk: Walk,
    layer: Any,
    reached: Reached,
    found: IntegerWeights,
    kind: Layer,
    bias: np.ndarray | None = None,
) -> Reached:
    """What a layer of weights makes of what is reached: sums, its bias, its activation.

    Args:
        found: its weights, the last axis those of its outputs.
        kind: the integer layer of these weights.
        bias: as Keras adds it, float32; by default the layer's own.

    Raises:
        ValueError: naming the layer, for sums beyond float32's integers, or steps that differ.
    """
    bias = _own_bias(layer) if bias is None else bias
    activation = getattr(layer, "activation", None)
    plain = activation is None or getattr(activation, "__name__", "") == "linear"
    sums = weighted_sums(walk, layer, reached, found, kind, shown=plain and bias is None)
    if bias is not None:
        sums = replace(sums, pending=(AddedBias(bias, layer.name),))
    return sums if plain else read_quantizer(walk, layer, activation, sums)


def weighted_sums(
    walk: Walk,
    layer: Any,
    reached: Reached,
    found: IntegerWeights,
    kind: Layer,
    shown: bool = False,
) -> Reached:
    """The sums alone; `shown` says whether they are what Keras's layer puts out."""
    _check_steps(layer, reached)
    matrix = kind.matrix
    _check_sums(walk, layer, reached, matrix)
    step = reached.step * found.step
    offset = step * (_inputs(reached.offset, matrix) / reached.step @ matrix.astype(np.float64))
    tap = Tap(walk.position, step, offset) if shown else None
    node = walk.add(kind, layer.name, reached, tap=tap)
    known = Weighted(node, found.step, walk.shape(reached))
    walk.weighted.setdefault(walk.position, []).append(known)
    return Reached(node, step, offset, summed=layer.name)


def _check_steps(layer: Any, reached: Reached) -> None:
    """Raises ValueError unless inputs are integers times one power of two."""
    if np.ndim(reached.step):
        raise ValueError(
            f"inputs of '{layer.name}' ({type(layer).__name__}) must have one step, so that their "
            "sums are integers: put a QActivation before it, or use alpha=1 in "
            f"'{reached.summed}'. Received: steps from {reached.step.min()} to {reached.step.max()}"
        )
    if not is_power_of_two(reached.step):
        raise ValueError(
            f"inputs of '{layer.name}' ({type(layer).__name__}) must be integers times a power of "
            f"two: put a QActivation between '{reached.summed}' and it. "
            f"Received: steps of {reached.step:.6g}"
        )


def _inputs(values: float | np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """A number for each channel as one for each row of the weights."""
    values = np.atleast_1d(np.asarray(values, np.float64))
    return np.resize(values, len(matrix))


def _own_bias(layer: Any) -> np.ndarray | None:
    """The bias as Keras adds it, float32; None if there is none, or it is 0."""
    if not getattr(layer, "use_bias", False) or layer.bias is None:
        return None
    return bias_of(quantized(layer, layer.bias, getattr(layer, "bias_quantizer_internal", None)))


def bias_of(values: np.ndarray) -> np.ndarray | None:
    """Values as Keras adds them, float32; None if all are 0."""
    return values.astype(np.float32) if values.any() else None


def _check_sums(walk: Walk, layer: Any, reached: Reached, matrix: np.ndarray) -> None:
    """Raises ValueError where a sum of some of the terms could leave float32's integers."""
    lowest, highest = (_over_last_axis(end) for end in walk.range(reached))
    unit = common_step(reached.step, reached.offset)
    low, high = (
        _inputs((reached.offset + reached.step * end) / unit, matrix)
        for end in (lowest.min(axis=0), highest.max(axis=0))
    )
    positive, negative = signed_parts(matrix)
    above = np.maximum(high, 0) @ positive + np.maximum(-low, 0) @ negative
    below = np.maximum(-low, 0) @ positive + np.maximum(high, 0) @ negative
    largest = int(max(above.max(), below.max()))
    if largest >= FLOAT32_INTEGERS:
        fewer = (largest // FLOAT32_INTEGERS).bit_length()
        bits = int(max(np.abs(low).max(), np.abs(high).max())).bit_length()
        raise ValueError(
            f"accumulators of '{layer.name}' reach {largest}, beyond the 2^24 up to "
            "which Keras's float32 sums are exact; use fewer input or activation bits: "
            f"{max(bits - fewer, 0)} in place of {bits} would do"
        )


def _over_last_axis(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, values.shape[-1])


DENSE = (SparseTernaryDense, TernaryDense, QDense, keras.layers.Dense)
CONVOLUTIONS = (SparseTernaryConv2D, TernaryConv2D, QConv2D, keras.layers.Conv2D)
DEPTHWISE = (
    SparseTernaryDepthwiseConv2D,
    TernaryDepthwiseConv2D,
    QDepthwiseConv2D,
    keras.layers.DepthwiseConv2D,
)
READERS = {
    **dict.fromkeys(DENSE, Reader(read_dense, weighted=True)),
    **dict.fromkeys(CONVOLUTIONS, Reader(read_convolution, weighted=True)),
    **dict.fromkeys(DEPTHWISE, Reader(read_depthwise, weighted=True)),
}
