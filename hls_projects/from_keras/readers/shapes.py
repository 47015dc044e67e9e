"""Layers that keep values as they are: other shapes, and pools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.walk import Reached, Reader, Walk
from hls_projects.kinds import Flatten, MaxPool, Reshape
from qkeras_models.layers.convolution_options import check_pool


def read_flatten(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The same values as a vector."""
    shape = walk.shape(reached)
    check_flatten(layer, len(shape))
    return _of_shape(walk.moved(reached, Flatten(), layer.name), shape, (int(np.prod(shape)),))


def check_flatten(layer: Any, rank: int) -> None:
    """Raises ValueError for channels first, which moves values of more than one axis."""
    if layer.data_format != "channels_last" and rank > 1:
        raise ValueError(
            f"`data_format` of '{layer.name}' (Flatten) must be 'channels_last', the order of "
            f"hardware. Received: {layer.data_format!r}"
        )


def read_reshape(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The same values in another shape."""
    before = walk.shape(reached)
    shape = tuple(int(n) for n in layer.compute_output_shape((None, *before))[1:])
    return _of_shape(walk.moved(reached, Reshape(shape), layer.name), before, shape)


def _of_shape(reached: Reached, before: tuple[int, ...], shape: tuple[int, ...]) -> Reached:
    """Steps and offsets of the last axis as those of another last axis.

    Raises:
        ValueError: where they would no longer be the same along it.
    """
    return replace(
        reached,
        step=_along(reached.step, before, shape),
        offset=_along(reached.offset, before, shape),
    )


def _along(values: Any, before: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    if values is None or np.ndim(values) == 0:
        return values
    moved = np.broadcast_to(values, before).reshape(-1, shape[-1])
    if (moved != moved[0]).any():
        raise ValueError("a Reshape must keep channels of steps of their own on the last axis")
    return moved[0]


def read_max_pool(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The largest value of each window, of those inside the image."""
    check_pool(layer)
    kind = MaxPool(tuple(layer.pool_size), tuple(layer.strides), layer.padding)
    return walk.moved(reached, kind, layer.name)


READERS = {
    keras.layers.Flatten: Reader(read_flatten, before_input=True),
    keras.layers.Reshape: Reader(read_reshape, before_input=True),
    keras.layers.MaxPooling2D: Reader(read_max_pool),
}
