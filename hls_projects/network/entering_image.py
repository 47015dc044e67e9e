"""The image that enters a network, after the reshapes that give the input its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hls_projects.kinds import Role
from hls_projects.network.sources import INPUT

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork


def entering_image(network: IntegerNetwork) -> tuple[list[int], tuple[int, ...]]:
    """Positions of the reshapes that nothing but the next one takes, and the shape after them.

    Args:
        network: whose input goes through them.
    """
    shapes = list(network.shapes())
    reshapes: list[int] = []
    source, shape = INPUT, network.input.shape
    while len(after := [i for i, taken in enumerate(network.taken) if source in taken]) == 1:
        layer = network.layers[after[0]]
        if layer.role is not Role.SHAPE or layer.flattens:
            break
        source = after[0]
        reshapes.append(source)
        shape = shapes[source]
    return reshapes, shape
