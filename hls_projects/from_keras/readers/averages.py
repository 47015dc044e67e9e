"""Averages of windows: sums, whose divisor the next levels take in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.readers.weights import each_channel
from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Conv2D, Reshape
from qkeras_models.layers.convolution_options import check_pool


def read_average_pool(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The sum of each window inside the image, its step divided by the window's size."""
    check_pool(layer)
    return _averaged(walk, layer, reached, tuple(layer.pool_size), tuple(layer.strides))


def read_global_average(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The sum of the whole image, its step divided by how many pixels it has."""
    if layer.data_format != "channels_last":
        raise ValueError(
            f"`data_format` of '{layer.name}' ({type(layer).__name__}) must be 'channels_last'. "
            f"Received: {layer.data_format!r}"
        )
    *image, channels = walk.shape(reached)
    found = _averaged(walk, layer, reached, tuple(image), (1, 1))
    if layer.keepdims:
        return found
    return replace(found, node=walk.add(Reshape((channels,)), layer.name, found))


def _averaged(
    walk: Walk, layer: Any, reached: Reached, size: tuple[int, int], strides: tuple[int, int]
) -> Reached:
    channels = walk.shape(reached)[-1]
    weights = each_channel(np.ones((*size, channels, 1), np.int8))
    step = reached.step / (size[0] * size[1])
    tap = Tap(walk.position, step, reached.offset)
    node = walk.add(Conv2D(weights, strides), layer.name, reached, tap=tap)
    return Reached(node, step, reached.offset, summed=layer.name)


READERS = {
    keras.layers.AveragePooling2D: Reader(read_average_pool),
    keras.layers.GlobalAveragePooling2D: Reader(read_global_average),
}
