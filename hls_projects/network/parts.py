"""Several inputs: parts of the one vector that the integer network takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hls_projects.kinds import Select
from hls_projects.network.input_format import InputFormat
from hls_projects.network.sources import INPUT
from qkeras_models.input_formats.fixed_point import FixedPoint

# Networks are IntegerNetworks, whose module imports this one.


def input_parts(network: Any) -> dict[int, Select]:
    """The layers that take one input each out of the vector of all, by position.

    Empty where a network has one input: where some layer takes the vector itself.
    """
    takers = {
        position: layer
        for position, (layer, taken) in enumerate(zip(network.layers, network.taken, strict=True))
        if INPUT in taken
    }
    parts = sorted(takers.items(), key=lambda item: getattr(item[1], "first", 0))
    ends = 0
    for _, layer in parts:
        if not isinstance(layer, Select) or layer.first != ends:
            return {}
        ends += layer.size
    return dict(parts) if network.input.shape == (ends,) else {}


def part_format(form: InputFormat, part: Select) -> FixedPoint:
    """The format of one input."""
    bits, signed = form.widths[part.first]
    if not isinstance(form.scale, tuple):
        return FixedPoint(bits, signed, form.scale)
    scale = np.reshape(form.scale[part.first : part.first + part.size], (-1, part.shape[-1]))[0]
    one = float(scale[0]) if (scale == scale[0]).all() else tuple(scale.tolist())
    return FixedPoint(bits, signed, one)


def given_of(network: Any) -> FixedPoint | list[FixedPoint]:
    """The format of the network's input, or of each of several."""
    parts = input_parts(network)
    if not parts:
        return network.input
    return [part_format(network.input, part) for part in parts.values()]


def joined(network: Any, x: Any) -> np.ndarray:
    """Samples of several inputs, a list of arrays (samples, *shape), as one vector each.

    Args:
        x: the list; an array, or what a network of one input is given, stays as it is.

    Raises:
        ValueError: for another number of arrays, or another shape.
    """
    shapes = [part.shape for part in input_parts(network).values()]
    if not shapes or not isinstance(x, (list, tuple)):
        return np.asarray(x)
    arrays = [np.asarray(array) for array in x]
    received = [array.shape[1:] for array in arrays]
    if received != shapes or len({len(array) for array in arrays}) > 1:
        raise ValueError(
            f"`x` must hold as many samples of each of the shapes {shapes}. "
            f"Received: {[array.shape for array in arrays]}"
        )
    return np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1)


def parted(x: np.ndarray, shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    """Vectors (samples, elements) as arrays of these shapes, one after another."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(x, ends[:-1], axis=1)
    return [part.reshape(len(x), *shape) for part, shape in zip(parts, shapes, strict=True)]
