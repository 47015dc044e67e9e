"""Layers that put values in other places: zeros around, crops, repeats, other axes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.walk import Reached, Reader, Walk
from hls_projects.kinds import Crop, Pad, Permute, UpSample
from qkeras_models.layers.convolution_options import check_convolution


def read_padding(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Zeros around an image or a series.

    Raises:
        ValueError: where 0 is none of the values that it stands beside.
    """
    _check_last(layer)
    if np.any(reached.offset):
        raise ValueError(
            f"'{layer.name}' ({type(layer).__name__}) must not follow activations of -1 and 1: the "
            "0 that it puts around them is neither. Use quantized_relu or binary(use_01=True)"
        )
    return walk.moved(reached, Pad(_pairs(layer.padding)), layer.name)


def read_cropping(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The inner part of an image or a series."""
    _check_last(layer)
    return walk.moved(reached, Crop(_pairs(layer.cropping)), layer.name)


def read_upsampling(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Each pixel or step several times."""
    _check_last(layer)
    if getattr(layer, "interpolation", "nearest") != "nearest":
        raise ValueError(
            f"`interpolation` of '{layer.name}' ({type(layer).__name__}) must be 'nearest': others "
            f"give averages that are no levels. Received: {layer.interpolation!r}"
        )
    factors = tuple(int(n) for n in np.atleast_1d(layer.size))
    return walk.moved(reached, UpSample(factors), layer.name)


def read_permute(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """Axes in another order."""
    axes = tuple(int(axis) - 1 for axis in layer.dims)
    own = np.ndim(reached.step) or np.ndim(reached.offset)
    if own and axes[-1] != len(axes) - 1:
        raise ValueError(
            f"'{layer.name}' (Permute) must keep the last axis, whose channels have steps of their "
            f"own: put a QActivation before it. Received: dims={tuple(layer.dims)}"
        )
    return walk.moved(reached, Permute(axes), layer.name)


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    """Keras's padding or cropping as a pair for each axis."""
    pairs = value if np.ndim(value) > 1 else (value,)
    return tuple((int(before), int(after)) for before, after in pairs)


def _check_last(layer: Any) -> None:
    options = {"data_format": getattr(layer, "data_format", None), "name": layer.name}
    check_convolution(options, type(layer).__name__)


PADDING = Reader(read_padding)
CROPPING = Reader(read_cropping)
UPSAMPLING = Reader(read_upsampling)
READERS = {
    keras.layers.ZeroPadding1D: PADDING,
    keras.layers.ZeroPadding2D: PADDING,
    keras.layers.Cropping1D: CROPPING,
    keras.layers.Cropping2D: CROPPING,
    keras.layers.UpSampling1D: UPSAMPLING,
    keras.layers.UpSampling2D: UPSAMPLING,
    keras.layers.Permute: Reader(read_permute),
}
