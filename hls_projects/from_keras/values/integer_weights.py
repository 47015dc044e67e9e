"""Kernels of Keras layers as small integers times a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.values.powers_of_two import common_step
from qkeras_models.networks.kernels import kernel_of

Arrange = Callable[[np.ndarray], np.ndarray]

LOWEST, HIGHEST = -128, 127
# Integers behind a kernel of a free scale: found among multiples of 2^−8, to within float32.
SCALED_PLACES = 8
SCALE_ERROR = 2.0**-21

ALLOWED = (
    "integers of 8 bits times a power of two, as kernel_quantizer=ternary(alpha=1), binary(alpha=1)"
    ", quantized_bits(b, i, alpha=1) of at most 8 bits or quantized_po2 of few exponents give them"
)


@dataclass(frozen=True, eq=False)
class IntegerWeights:
    """kernel = step · values.

    Attributes:
        values: int8, of the kernel's shape.
        step: a power of two, or one for each output; any positive numbers where not `exact`.
        exact: whether every step is a power of two, so that Keras's sums are exact.
    """

    values: np.ndarray
    step: float | np.ndarray
    exact: bool = True


def integer_weights(
    layer: Any, arrange: Arrange = np.asarray, weight: str | None = None, kernel: Any = None
) -> IntegerWeights:
    """The integers behind a layer's kernel, as its quantizer gives it at inference.

    Args:
        layer: of a kernel, and mostly a quantizer for it.
        arrange: gives the kernel, or any array of its shape, its outputs on the last axis.
        weight: "depthwise_kernel" or "pointwise_kernel", of a layer that has both; by default the
            layer's one.
        kernel: what is quantized, if it is not the layer's weight as it is.

    Raises:
        ValueError: naming the layer, for a kernel of other values, or one that is random.
    """
    if hasattr(layer, "ternary_kernel"):
        return IntegerWeights(arrange(layer.ternary_kernel()), 1.0)
    if weight is None:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        weight = "depthwise_kernel" if depthwise else "kernel"
    quantizer = getattr(layer, f"{weight.removesuffix('_kernel')}_quantizer_internal", None)
    kernel = getattr(layer, weight, kernel_of(layer)) if kernel is None else kernel
    kernel = quantized(layer, kernel, quantizer)
    mask = getattr(layer, "_mask", None)
    if mask is not None:
        kernel = kernel * keras.ops.convert_to_numpy(mask)
    scale = getattr(quantizer, "scale", None)
    if scale is not None:
        scale = np.broadcast_to(keras.ops.convert_to_numpy(scale), kernel.shape)
        scale = arrange(scale).reshape(-1, arrange(kernel).shape[-1]).max(axis=0)
    kernel = arrange(kernel)
    found = _exact(kernel) or _scaled(kernel, scale)
    if found is None:
        raise ValueError(
            f"weights of '{layer.name}' ({type(layer).__name__}) must be {ALLOWED}; "
            "qkeras_models.sparsify(model, x_train) makes them ternary. "
            f"Received: {quantizer or 'no quantizer'}, values such as {_example(kernel)!r}"
        )
    return found


def quantized(layer: Any, weight: Any, quantizer: Any) -> np.ndarray:
    """A weight as its quantizer, if it has one, gives it at inference, float64."""
    values = keras.ops.convert_to_numpy(weight)
    if quantizer is not None:
        values, again = (keras.ops.convert_to_numpy(quantizer(weight)) for _ in range(2))
        if not np.array_equal(values, again):
            raise ValueError(
                f"weights of '{layer.name}' ({type(layer).__name__}) must not be random: leave out "
                f"use_stochastic_rounding. Received: {quantizer}"
            )
    return values.astype(np.float64)


def _exact(kernel: np.ndarray) -> IntegerWeights | None:
    """Of one step for all outputs, or of one for each; None if 8 bits do not hold the integers."""
    shared = common_step(kernel)
    if _fits(kernel / shared):
        return IntegerWeights((kernel / shared).astype(np.int8), shared)
    own = np.array([common_step(column) for column in kernel.reshape(-1, kernel.shape[-1]).T])
    if _fits(kernel / own):
        return IntegerWeights((kernel / own).astype(np.int8), own)
    return None


def _scaled(kernel: np.ndarray, scale: np.ndarray | None) -> IntegerWeights | None:
    """Of the steps (outputs,) that a quantizer with a free scale found."""
    if scale is None or not (scale > 0).all():
        return None
    scale = scale.astype(np.float64)
    for places in range(SCALED_PLACES + 1):
        step = np.ldexp(scale, -places)
        values = np.rint(kernel / step)
        if _fits(values) and (np.abs(values * step - kernel) <= SCALE_ERROR * np.abs(kernel)).all():
            return IntegerWeights(values.astype(np.int8), step, exact=False)
    return None


def _fits(values: np.ndarray) -> bool:
    return bool(values.min() >= LOWEST and values.max() <= HIGHEST)


def _example(kernel: np.ndarray) -> float:
    nonzero = kernel[kernel != 0]
    return float(nonzero[0]) if nonzero.size else 0.0
