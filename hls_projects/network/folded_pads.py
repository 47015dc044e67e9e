"""Zeros around images that the windows after them can see by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hls_projects.kinds import Pad, Role
from hls_projects.network.sources import INPUT

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

Around = tuple[tuple[int, int], tuple[int, int]]
NOTHING: Around = ((0, 0), (0, 0))


class FoldedPads:
    """Which `pad` layers a line buffer makes unnecessary, since it puts zeros around images anyway.

    A `pad` is folded where windows alone take it, and every window sees at least one row and one
    column of the image, so that a pixel of it can be the window's centre.  The values around must
    be 0 too: a max pool's own padding is not.

    Args:
        network: of images.
    """

    def __init__(self, network: IntegerNetwork) -> None:
        self._network = network
        self._shapes = dict(enumerate(network.shapes())) | {INPUT: network.input.shape}
        self._takers: dict[int, list[int]] = {}
        for position, taken in enumerate(network.taken):
            for source in taken:
                self._takers.setdefault(source, []).append(position)
        self.positions = frozenset(
            i for i, layer in enumerate(network.layers)
            if isinstance(layer, Pad) and self._folded(i)
        )

    def source(self, position: int) -> int:
        """The layer whose image a windowed layer looks at, before the zeros; INPUT likewise."""
        (source,) = self._network.taken[position]
        pad = self._pad(source)
        return source if pad is None else self._network.taken[pad][0]

    def around(self, position: int) -> Around:
        """Rows and columns (before, after) around that image which a layer's windows see."""
        (source,) = self._network.taken[position]
        windows = self._network.layers[position].windows
        own = windows.around(as_image(self._shapes[source]))
        pad = self._pad(source)
        return own if pad is None else _added(own, self._margins(pad))

    def layer(self, position: int) -> Pad:
        """The zeros that a windowed layer sees by itself, where there are such."""
        return self._network.layers[self._pad(self._network.taken[position][0])]

    def _pad(self, source: int) -> int | None:
        """The folded pad that a layer's values come from, through other shapes alone."""
        while source != INPUT and self._network.layers[source].role is Role.SHAPE:
            (source,) = self._network.taken[source]
        return source if source in self.positions else None

    def _folded(self, pad: int) -> bool:
        ends, left = [], list(self._takers.get(pad, ()))
        while left:
            position = left.pop()
            layer = self._network.layers[position]
            if layer.role is Role.SHAPE and not layer.flattens:
                left += self._takers.get(position, ())
            else:
                ends.append(position)
        return all(self._sees(position, pad) for position in ends)

    def _sees(self, position: int, pad: int) -> bool:
        layer = self._network.layers[position]
        if layer.windows is None:
            return False
        shape = as_image(self._shapes[self._network.taken[position][0]])
        if shape != as_image(self._shapes[pad]):
            return False
        own = layer.windows.around(shape)
        if layer.role is Role.POOL and own != NOTHING:
            return False
        total = np.sum(_added(own, self._margins(pad)), axis=1)
        return bool((total < layer.windows.size).all())

    def _margins(self, pad: int) -> Around:
        around = self._network.layers[pad].around
        return (*around, (0, 0)) if len(around) == 1 else around


def as_image(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A series as an image of one column."""
    return (shape[0], 1, shape[1]) if len(shape) == 2 else shape


def _added(first: Around, second: Around) -> Around:
    pairs = (np.array(first) + np.array(second)).tolist()
    return tuple(pairs[0]), tuple(pairs[1])
