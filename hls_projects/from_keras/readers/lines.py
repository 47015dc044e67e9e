"""Layers of one dimension: images of one column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from qkeras import QConv1D

from hls_projects.from_keras.readers.weights import check_padding, read_sums
from hls_projects.from_keras.values.integer_weights import integer_weights
from hls_projects.from_keras.walk import Reached, Reader, Walk
from hls_projects.kinds import Conv2D, MaxPool, Reshape
from qkeras_models.layers.baselines.ternary_conv1d import TernaryConv1D
from qkeras_models.layers.convolution_options import check_convolution, check_pool
from qkeras_models.layers.sparse_ternary_conv1d import SparseTernaryConv1D


def read_convolution(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """A convolution of images of one column."""
    options = {**vars(layer), "dilation_rate": layer.dilation_rate[0], "name": layer.name}
    check_convolution({**options, "mask": None}, type(layer).__name__)
    check_padding(layer, reached)
    found = integer_weights(layer, _column)
    kind = Conv2D(found.values, (layer.strides[0], 1), layer.padding)
    image = as_image(walk, layer, reached)
    return as_line(walk, layer, read_sums(walk, layer, image, found, kind))


def _column(kernel: np.ndarray) -> np.ndarray:
    return np.asarray(kernel)[:, None]


def read_max_pool(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """The largest value of each window of an image of one column."""
    check_pool(layer)
    image = as_image(walk, layer, reached)
    kind = MaxPool((layer.pool_size[0], 1), (layer.strides[0], 1), layer.padding)
    return as_line(walk, layer, replace(image, node=walk.add(kind, layer.name, image)))


def as_image(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """A series as an image of one column."""
    length, channels = walk.shape(reached)
    shape = Reshape((length, 1, channels))
    return replace(reached, node=walk.add(shape, layer.name, reached))


def as_line(walk: Walk, layer: Any, reached: Reached) -> Reached:
    """An image of one column as a series."""
    length, _, channels = walk.shape(reached)
    shape = Reshape((length, channels))
    return replace(reached, node=walk.add(shape, layer.name, reached))


CONVOLUTIONS = (SparseTernaryConv1D, TernaryConv1D, QConv1D, keras.layers.Conv1D)
READERS = {
    **dict.fromkeys(CONVOLUTIONS, Reader(read_convolution, weighted=True)),
    keras.layers.MaxPooling1D: Reader(read_max_pool),
}
