"""Layers that move values: other shapes, and pools."""

from __future__ import annotations

from typing import Any

import keras

from hls_projects.from_keras.walk import Reader, Walk
from hls_projects.kinds import Flatten, MaxPool, Reshape
from qkeras_models.layers.convolution_options import check_pool


def read_flatten(walk: Walk, layer: Any) -> None:
    """The same values as a vector."""
    check_flatten(layer, len(walk.reached_shape()))
    walk.layers.append(Flatten())


def check_flatten(layer: Any, rank: int) -> None:
    """Raises ValueError for channels first, which moves values of more than one axis."""
    if layer.data_format != "channels_last" and rank > 1:
        raise ValueError(
            f"`data_format` of '{layer.name}' (Flatten) must be 'channels_last', the order of "
            f"hardware. Received: {layer.data_format!r}"
        )


def read_reshape(walk: Walk, layer: Any) -> None:
    """The same values in another shape."""
    shape = layer.compute_output_shape((None, *walk.reached_shape()))
    walk.layers.append(Reshape(tuple(int(n) for n in shape[1:])))


def read_max_pool(walk: Walk, layer: Any) -> None:
    """The largest value of each window."""
    check_pool(layer)
    walk.layers.append(MaxPool(tuple(layer.pool_size), tuple(layer.strides)))


READERS = {
    keras.layers.Flatten: Reader(read_flatten, before_input=True),
    keras.layers.Reshape: Reader(read_reshape, before_input=True),
    keras.layers.MaxPooling2D: Reader(read_max_pool),
}
