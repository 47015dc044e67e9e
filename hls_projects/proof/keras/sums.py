"""How large sums get, and how many of them the levels of an integer network were tried at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.from_keras.converter import Converted
from hls_projects.from_keras.values.levels import MOST_EVALUATED
from hls_projects.kinds import Levels
from hls_projects.kinds.layer import signed_parts
from hls_projects.network.sources import INPUT


@dataclass(frozen=True)
class LevelsTried:
    """Of one activation.

    Attributes:
        name: of its layer.
        accumulators: of all channels, that can occur.
        each: whether Keras was asked at each of them, rather than by bisection.
    """

    name: str
    accumulators: int
    each: bool


def levels_tried(converted: Converted) -> list[LevelsTried]:
    """At how many accumulators conversion put Keras's activations to the test."""
    ranges = _ranges(converted)
    found = []
    for position, layer in enumerate(converted.layers):
        if isinstance(layer, Levels):
            lowest, highest = (e.reshape(-1, e.shape[-1]) for e in ranges[
                converted.sources[position][0]])
            counts = highest.max(axis=0) - lowest.min(axis=0) + 1
            each = int(counts.max()) * len(counts) <= MOST_EVALUATED
            found.append(LevelsTried(converted.names[position], int(counts.sum()), each))
    return found


def largest_sum(converted: Converted) -> int:
    """The largest of all partial sums of integers, in whatever order their terms are added."""
    ranges = _ranges(converted)
    found = 0
    for layer, taken in zip(converted.layers, converted.sources, strict=True):
        if hasattr(layer, "weights"):
            low, high = (end.reshape(-1, end.shape[-1]) for end in ranges[taken[0]])
            largest = int(max(abs(low.min()), abs(high.max())))
            positive, negative = signed_parts(layer.matrix)
            found = max(found, largest * int((positive + negative).sum(axis=0).max()))
    return found


def _ranges(converted: Converted) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Lowest and highest integers of every layer's output."""
    found = {INPUT: converted.input.bounds()}
    for position, layer in enumerate(converted.layers):
        found[position] = layer.output_range(*_bounds(found, converted.sources[position]))
    return found


def _bounds(found: dict, taken: tuple[int, ...]) -> Iterator[np.ndarray]:
    return (bound for source in taken for bound in found[source])
