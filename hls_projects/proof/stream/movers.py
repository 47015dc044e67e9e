"""Which layers of a network move pixels, and what stands between two of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.kinds.moves.move import ZERO
from hls_projects.kinds.windows import windows_of
from hls_projects.network.entering_image import entering_image
from hls_projects.network.folded_pads import NOTHING, FoldedPads, as_image
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.proof.blocks import Block, identity, make_blocks
from hls_projects.proof.circuit import CircuitError
from hls_projects.proof.graph.steps import Pool, graph_steps


@dataclass(frozen=True)
class Mover:
    """A module that moves pixels.

    Attributes:
        position: of the layer in front of which it stands.
        sources: layers whose pixels it takes, INPUT for those that enter.
        kind: how the names of such modules begin.
    """

    position: int
    sources: tuple[int, ...]
    kind: str


class _SideBySide:
    """A layer that joins branches, of their pixels side by side."""

    role = Role.JOIN
    kind = "join"

    def __init__(self, layer: Layer, channels: list[int]) -> None:
        self.layer, self.ends = layer, np.cumsum(channels)[:-1]

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.layer.forward(*np.split(x, self.ends, axis=-1))

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return self.forward(np.zeros((1, *shape), np.int32)).shape[1:]


class Movers:
    """The modules that move pixels of a network, and the layers between them.

    Args:
        network: of images.

    Raises:
        CircuitError: for layers that are not proved in streams of pixels.
    """

    def __init__(self, network: IntegerNetwork) -> None:
        self.network = network
        self.shapes = dict(enumerate(network.shapes())) | {INPUT: network.input.shape}
        # Pixels have the channels of the image that reshapes make.
        _, self.shapes[INPUT] = entering_image(network)
        self.pads = FoldedPads(network)
        self.of = {
            position: mover
            for position in range(len(network.layers))
            if (mover := self._mover(position)) is not None
        }
        collectors = [mover for mover in self.of.values() if mover.kind == "collect"]
        ends = {self._before(mover.sources[0]) for mover in collectors}
        if len(ends) != 1:
            raise CircuitError(f"{len(ends)} images that become vectors are simulated")
        self.collectors = {mover.position for mover in collectors}
        for mover in collectors[1:]:
            del self.of[mover.position]
        self.collector = collectors[0]

    def _mover(self, position: int) -> Mover | None:
        layer, sources = self.network.layers[position], self.network.taken[position]
        images = all(len(self.shapes[source]) > 1 for source in sources)
        if layer.windows is not None:
            return Mover(position, (self.pads.source(position),), "window")
        if layer.role is Role.JOIN and images:
            return Mover(position, sources, "join")
        if layer.flattens and images:
            return Mover(position, sources, "collect")
        if layer.role is Role.MOVE and images and position not in self.pads.positions:
            return Mover(position, sources, "order")
        return None

    def _before(self, position: int) -> int:
        """A layer, or the one whose values it only puts in another shape."""
        while position != INPUT and self.network.layers[position].role is Role.SHAPE:
            (position,) = self.network.taken[position]
        return position

    def chain(self, position: int) -> tuple[int, list[int]]:
        """The mover before a layer, INPUT if there is none, and the layers from it to that one."""
        found: list[int] = []
        while position != INPUT:
            if self.network.layers[position].role is not Role.SHAPE:
                found.insert(0, position)
            if position in self.of:
                break
            (position,) = self.network.taken[position]
        return position, found

    def channels(self, position: int) -> int:
        """Of an image's pixels."""
        return self.shapes[position][-1]

    def outside(self, mover: Mover) -> bool:
        """Whether values that are none of the image's are among those that leave a mover."""
        layer = self.network.layers[mover.position]
        if mover.kind == "order":
            return ZERO in layer.sources(self.shapes[mover.sources[0]])
        return layer.windows is not None and self.pads.around(mover.position) != NOTHING

    def of_lowest(self, mover: Mover) -> bool:
        """Whether those are the lowest number of a pixel's bits, and not 0: a max pool's own."""
        pools = self.network.layers[mover.position].role is Role.POOL
        return pools and mover.sources == self.network.taken[mover.position]

    def pixels(self, mover: Mover) -> int:
        """That stand side by side at its output."""
        windows = self.network.layers[mover.position].windows
        if windows is not None:
            return math.prod(windows.size)
        return math.prod(self.shapes[mover.sources[0]][:-1]) if mover.kind == "collect" else 1

    def of_input(self, origin: int) -> np.ndarray | None:
        """Which values of the network's input stand at a mover's output, each time that it has one.

        Returns:
            int (times, values), places of a sample in a row; without times at which some are none
            of the image's.  None where what it moves are no pixels that enter, or at no other time.
        """
        places = np.arange(math.prod(self.network.input.shape))
        if origin == INPUT:
            return places.reshape(-1, self.channels(INPUT))
        mover = self.of[origin]
        if [self.chain(source) for source in mover.sources] != [(INPUT, [])]:
            return None
        if mover.kind == "collect":
            return places[None]
        seen = self.seen(mover)
        inside = seen[(seen >= 0).all(axis=1)]
        return inside if len(inside) else None

    def seen(self, mover: Mover) -> np.ndarray:
        """Which values of the image that it takes leave an order or windows, each time.

        Returns:
            int (times, values), places in the image; less than 0 for values that are none of it.
        """
        layer, shape = self.network.layers[mover.position], self.shapes[mover.sources[0]]
        if mover.kind == "order":
            return layer.sources(shape).reshape(-1, shape[-1])
        (taken,) = self.network.taken[mover.position]
        seen = windows_of(layer.windows, as_image(self.shapes[taken])).swapaxes(2, 3)
        seen = seen.reshape(seen.shape[0] * seen.shape[1], -1)
        if taken == mover.sources[0]:
            return seen
        before = self.pads.layer(mover.position).sources(shape).reshape(-1)
        return np.where(seen < 0, ZERO, before[seen])

    def steps(self, origin: int, chain: list[int]) -> list[Block | Pool]:
        """What the layers of a chain do at one place of the image."""
        layers: list[Layer] = [self.network.layers[position] for position in chain]
        names = [self.network.layer_names[position] for position in chain]
        shape: tuple[int, ...] = (self.channels(origin),) if origin == INPUT else ()
        before: list[Block | Pool] = []
        if origin != INPUT:
            sources, windows = self.of[origin].sources, layers[0].windows
            channels = self.channels(sources[0])
            if layers[0].role is Role.POOL:
                taps = np.arange(math.prod(windows.size) * channels).reshape(-1, channels).T
                before = [Pool(names[0], tuple(map(tuple, taps.tolist())), (None,) * channels)]
                layers, names, shape = layers[1:], names[1:], (channels,)
            elif self.of[origin].kind == "order":
                layers, names, shape = layers[1:], names[1:], (channels,)
            elif windows is not None:
                shape = (*windows.size, channels)
                layers[0] = _at_one_place(layers[0])
            else:
                counts = [self.channels(source) for source in sources]
                layers[0], shape = _SideBySide(layers[0], counts), (sum(counts),)
        if any(layer.role is Role.POOL for layer in layers):
            raise CircuitError("a max pool without windows is simulated")
        blocks = list(make_blocks(layers, names, shape, open_end=True))
        return self._after_pool(before, blocks or [_as_they_are(math.prod(shape))])

    def _after_pool(self, pools: list[Block | Pool], blocks: list[Block]) -> list[Block | Pool]:
        """Blocks that take the values after those of a pool's window."""
        if not pools:
            return list(blocks)
        places = sum(len(taps) for taps in pools[0].taps)
        first = blocks[0]
        nothing = np.zeros((places, first.neurons), np.int64)
        return [*pools, replace(first, weights=np.vstack([nothing, first.weights])), *blocks[1:]]

    def tail(self, form: InputFormat) -> Iterator[Block | Pool]:
        """What follows the collected image.

        Args:
            form: of the collected values.
        """
        places = dict.fromkeys(self.collectors, INPUT)
        layers, sources = [], []
        for position, layer in enumerate(self.network.layers):
            taken = self.network.taken[position]
            if position in self.collectors or len(self.shapes[position]) > 1:
                continue
            if any(len(self.shapes[source]) > 1 for source in taken):
                raise CircuitError(f"a {layer.kind} layer of an image and a vector is simulated")
            places[position] = len(layers)
            sources.append(tuple(places[source] for source in taken))
            layers.append(layer)
        rest = IntegerNetwork(form, tuple(layers), sources=tuple(sources))
        if rest.is_sequence:
            return make_blocks(rest.layers, self._tail_names(), form.shape)
        return graph_steps(rest)

    def _tail_names(self) -> list[str]:
        return [
            name
            for position, name in enumerate(self.network.layer_names)
            if position not in self.collectors and len(self.shapes[position]) == 1
        ]


def _at_one_place(layer: Layer) -> Layer:
    changed = {"strides": layer.windows.size}
    if hasattr(layer, "padding"):
        changed["padding"] = "valid"
    return replace(layer, **changed)


def _as_they_are(count: int) -> Block:
    return replace(identity((np.zeros(1, np.int64),) * count), name="values", codes=())
