"""Layers that join branches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.values.powers_of_two import is_power_of_two
from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Add, Concatenate
from hls_projects.kinds.add import MOST_PLACES


def read_add(walk: Walk, layer: Any, *branches: Reached) -> Reached:
    """The sum of all branches."""
    return _read_sum(walk, layer, (1,) * len(branches), branches)


def read_subtract(walk: Walk, layer: Any, *branches: Reached) -> Reached:
    """The first branch less the second."""
    return _read_sum(walk, layer, (1, -1), branches)


def _read_sum(
    walk: Walk, layer: Any, signs: tuple[int, ...], branches: tuple[Reached, ...]
) -> Reached:
    step, places = _aligned(walk, layer, branches)
    offset = sum(sign * branch.offset for sign, branch in zip(signs, branches, strict=True))
    tap = Tap(walk.position, step, offset)
    node = walk.add(Add(places, signs), layer.name, *branches, tap=tap)
    return Reached(node, step, offset, summed=layer.name)


def read_concatenate(walk: Walk, layer: Any, *branches: Reached) -> Reached:
    """All branches side by side."""
    rank = len(walk.shape(branches[0]))
    if layer.axis not in (-1, rank):
        raise ValueError(
            f"`axis` of '{layer.name}' (Concatenate) must be -1 (or {rank}), the channels. "
            f"Received: {layer.axis!r}"
        )
    step, places = _aligned(walk, layer, branches)
    widths = [walk.shape(branch)[-1] for branch in branches]
    offsets = [np.broadcast_to(b.offset, (n,)) for b, n in zip(branches, widths, strict=True)]
    offset = np.concatenate(offsets)
    offset = float(offset[0]) if (offset == offset[0]).all() else offset
    node = walk.add(
        Concatenate(places), layer.name, *branches, tap=Tap(walk.position, step, offset)
    )
    return Reached(node, step, offset, summed=layer.name)


def _aligned(
    walk: Walk, layer: Any, branches: tuple[Reached, ...]
) -> tuple[float, tuple[int, ...]]:
    """The smallest step of all branches, and how many powers of two each one's is above it."""
    name = f"'{layer.name}' ({type(layer).__name__})"
    shapes = {walk.shape(branch)[:-1] for branch in branches}
    if len(shapes) > 1:
        raise ValueError(f"branches of {name} must have one shape. Received: {sorted(shapes)}")
    for branch in branches:
        if np.ndim(branch.step) or not is_power_of_two(branch.step):
            raise ValueError(
                f"branches of {name} must have one step each, a power of two: put a QActivation "
                f"after '{branch.summed}'. Received: steps such as {np.ravel(branch.step)[0]:.6g}"
            )
    step = min(float(branch.step) for branch in branches)
    places = tuple(int(np.log2(branch.step / step)) for branch in branches)
    if max(places) > MOST_PLACES:
        raise ValueError(
            f"steps of the branches of {name} must be within 2^{MOST_PLACES} of each other. "
            f"Received: {[float(branch.step) for branch in branches]}"
        )
    return step, places


READERS = {
    keras.layers.Add: Reader(read_add, joins=True),
    keras.layers.Subtract: Reader(read_subtract, joins=True),
    keras.layers.Concatenate: Reader(read_concatenate, joins=True),
}
