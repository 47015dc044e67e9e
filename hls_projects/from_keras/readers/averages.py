"""Averages of windows: sums, whose divisor the next levels take in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
from qkeras import QAveragePooling2D, QGlobalAveragePooling2D

from hls_projects.from_keras.readers.activation import read_quantizer
from hls_projects.from_keras.readers.lines import as_image, as_line
from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Reshape, SumPool
from hls_projects.kinds.windows import Windows
from qkeras_models.layers.convolution_options import check_pool


def read_average_pool(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The sum of each window inside the image, its step divided by the window's size."""
    check_pool(layer)
    size, strides = tuple(layer.pool_size), tuple(layer.strides)
    around = Windows(size, strides, layer.padding).around(walk.shape(reached))
    if any(map(any, around)):
        raise ValueError(
            f"`padding` of '{layer.name}' ({type(layer).__name__}) must be 'valid': windows at the "
            "edge are averages of fewer values, which have another step. Received: 'same', "
            f"which reaches {around} beyond an image of {walk.shape(reached)[:-1]}"
        )
    return _finished(walk, layer, _averaged(walk, layer, reached, size, strides))


def read_global_average(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The sum of the whole image, its step divided by how many pixels it has."""
    check_pool(layer)
    *image, channels = walk.shape(reached)
    found = _averaged(walk, layer, reached, tuple(image), (1,) * len(image))
    if not layer.keepdims:
        found = replace(found, node=walk.add(Reshape((channels,)), layer.name, found))
    return _finished(walk, layer, found)


def _finished(walk: Walk, layer: Any, found: Reached) -> Reached:
    """With the activation of a pool of QKeras."""
    activation = getattr(layer, "activation", None)
    return found if activation is None else read_quantizer(walk, layer, activation, found)


def _averaged(
    walk: Walk, layer: Any, reached: Reached, size: tuple[int, ...], strides: tuple[int, ...]
) -> Reached:
    """Sums of windows; a series is an image of one column."""
    if len(size) == 1:
        image = as_image(walk, layer, reached)
        found = _averaged(walk, layer, image, (*size, 1), (*strides, 1))
        return as_line(walk, layer, found)
    channels = walk.shape(reached)[-1]
    factor = _factor(layer, size[0] * size[1])
    step, offset = reached.step * factor, reached.offset * factor * (size[0] * size[1])
    own = getattr(layer, "activation", None) is not None
    tap = None if own else Tap(walk.position, step, offset)
    node = walk.add(SumPool(size, strides, channels), layer.name, reached, tap=tap)
    return Reached(node, step, offset, summed=layer.name)


def _factor(layer: Any, count: int) -> float:
    """What the sum of so many values is multiplied by."""
    quantizer = getattr(layer, "average_quantizer_internal", None)
    return 1.0 / count if quantizer is None else float(quantizer(1.0 / count))


AVERAGE = Reader(read_average_pool)
GLOBAL_AVERAGE = Reader(read_global_average)
READERS = {
    keras.layers.AveragePooling1D: AVERAGE,
    keras.layers.AveragePooling2D: AVERAGE,
    keras.layers.GlobalAveragePooling1D: GLOBAL_AVERAGE,
    keras.layers.GlobalAveragePooling2D: GLOBAL_AVERAGE,
    QAveragePooling2D: AVERAGE,
    QGlobalAveragePooling2D: GLOBAL_AVERAGE,
}
