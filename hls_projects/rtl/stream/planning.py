"""The layers of a network of images as steps of pixels, and those after it."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from hls_projects.kinds import Layer, Levels, Reshape, Role
from hls_projects.kinds.moves.move import ZERO
from hls_projects.logic.bits import signed_width
from hls_projects.network.entering_image import entering_image
from hls_projects.network.folded_pads import FoldedPads, as_image
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.pixel_order import PixelOrder
from hls_projects.rtl.stream.pixel_step import INPUT, Numbers, PixelStep

# What the levels after it can become part of.
SUMS = {Role.WEIGHTED, Role.SUM, Role.JOIN}
# Of the numbers of a collected pixel; wider sums are made after it.
MOST_COLLECTED_BITS = 8


class Planner:
    """Reads a network layer by layer.

    Args:
        network: with convolutions or pools.

    Attributes:
        steps: of pixels, so far.
        shapes, outputs: rows, columns and channels that a step puts out, and its numbers; INPUT is
            the image that enters.
        positions: of each step's layer in the network.
        flattened: positions of the layers that make a vector of the last image.
        last: the step whose pixels are collected.
        summed: steps whose sums are too wide to be collected, and are taken after it.
    """

    def __init__(self, network: IntegerNetwork) -> None:
        self.network = network
        self.layer_shapes = dict(enumerate(network.shapes())) | {INPUT: network.input.shape}
        self.pads = FoldedPads(network)
        self.consumers: dict[int, list[int]] = {}
        for position, taken in enumerate(network.taken):
            for source in taken:
                self.consumers.setdefault(source, []).append(position)
        self.steps: list[PixelStep] = []
        self.made: dict[int, int] = {INPUT: INPUT}
        self.shapes: dict[int, tuple[int, ...]] = {}
        self.outputs: dict[int, Numbers] = {}
        self.positions: dict[int, int] = {}
        self.flattened: list[int] = []
        self.summed: list[PixelStep] = []
        self.last = INPUT

    def read(self) -> None:
        """All layers up to the ones that make a vector of an image.

        Raises:
            ValueError: for an order of layers that such hardware does not have.
        """
        self._start()
        for position, layer in enumerate(self.network.layers):
            vector = len(self.layer_shapes[position]) == 1
            if position in self.made:
                continue
            if not vector and all(source in self.made for source in self.network.taken[position]):
                self._take(position, layer)
            elif not vector:
                raise unsupported(f"{layer.kind} after {self._named(position)}")
            elif any(source in self.made for source in self.network.taken[position]):
                self._flatten(position, layer)
        self._collect()

    @property
    def image(self) -> tuple[int, ...]:
        """Rows, columns and channels that enter."""
        return self.shapes[INPUT]

    @property
    def numbers(self) -> Numbers:
        """Of a pixel that enters."""
        return self.outputs[INPUT]

    def _start(self) -> None:
        """The image that enters, after the reshapes that give it its shape."""
        form = self.network.input
        reshapes, image = entering_image(self.network)
        self.made.update(dict.fromkeys(reshapes, INPUT))
        image = as_image(image)
        if len(image) != 3:
            raise unsupported(f"a network whose images have shape {image}")
        self.shapes[INPUT] = image
        self.outputs[INPUT] = Numbers(form.bits, form.signed, image[2])

    def _take(self, position: int, layer: Layer) -> None:
        """A layer that makes an image of images."""
        sources = tuple(self.made[source] for source in self.network.taken[position])
        shape = as_image(self.layer_shapes[position])
        # Pixels come row by row, whatever the rows are.
        if layer.role is Role.SHAPE and shape[-1] != self.outputs[sources[0]].count:
            raise unsupported(f"{layer.kind} between images of other channels")
        if layer.role is Role.SHAPE or position in self.pads.positions:
            self.made[position] = sources[0]
            return
        if layer.role is Role.ENCODER:
            raise unsupported(f"{layer.kind} between images")
        threshold = layer if layer.role is Role.ACTIVATION else self._fused(position, layer)
        self._add(position, layer, threshold, sources, shape)

    def _fused(self, position: int, layer: Layer) -> Levels | None:
        """The levels right after sums that nothing else takes, which become part of the step."""
        after = self.consumers.get(position, ())
        following = self.network.layers[after[0]] if len(after) == 1 else None
        if layer.role not in SUMS or following is None or following.role is not Role.ACTIVATION:
            return None
        self.made[after[0]] = len(self.steps)
        return following

    def _add(
        self,
        position: int,
        layer: Layer,
        threshold: Levels | None,
        sources: tuple[int, ...],
        shape: tuple[int, ...],
    ) -> None:
        number = len(self.steps) + 1
        inputs = tuple(self.outputs[source] for source in sources)
        outputs = self._numbers(position, layer, threshold, inputs)
        buffer = self._buffer(number, position, layer, inputs)
        positions = shape[0] * shape[1]
        step = PixelStep(number, layer, threshold, buffer, inputs, outputs, sources, positions)
        self.made[position], self.positions[number - 1] = number - 1, position
        self.shapes[number - 1], self.outputs[number - 1] = shape, outputs
        self.steps.append(step)

    def _numbers(
        self, position: int, layer: Layer, threshold: Levels | None, inputs: tuple[Numbers, ...]
    ) -> Numbers:
        channels = self.layer_shapes[position][-1]
        if threshold is not None:
            return Numbers(threshold.bits, False, channels)
        if layer.role in (Role.POOL, Role.MOVE):
            return inputs[0]
        lowest, highest = (int(end) for end in self._ends[position])
        signed = lowest < 0
        return Numbers(max(signed_width(lowest, highest) - (not signed), 1), signed, channels)

    @cached_property
    def _ends(self) -> list[tuple[int, int]]:
        """Lowest and highest integer of each layer."""
        return [(low.min(), high.max()) for low, high in self.network.ranges()]

    def _buffer(
        self, number: int, position: int, layer: Layer, inputs: tuple[Numbers, ...]
    ) -> LineBuffer | JoinBuffer | PixelOrder | None:
        if layer.windows is not None:
            return self._windows(f"window_{number}", position, layer, inputs[0])
        if layer.role is Role.JOIN:
            widths = tuple(numbers.width for numbers in inputs)
            return JoinBuffer(f"join_{number}", widths, (1,) * len(widths))
        if layer.role is Role.MOVE:
            return self._order(f"order_{number}", position, layer, inputs[0])
        return None

    def _windows(self, name: str, position: int, layer: Layer, numbers: Numbers) -> LineBuffer:
        source = self.pads.source(position)
        rows, columns = self._image(source)[:2]
        lowest = 0
        if layer.role is Role.POOL and source == self.network.taken[position][0] and numbers.signed:
            # What lies outside is never the largest; zeros of a `pad` may be.
            lowest = sum(1 << (n + 1) * numbers.bits - 1 for n in range(numbers.count))
        around = self.pads.around(position)
        return LineBuffer(name, rows, columns, numbers.width, layer.windows, around, lowest)

    def _order(self, name: str, position: int, layer: Layer, numbers: Numbers) -> PixelOrder:
        (source,) = self.network.taken[position]
        shape = self.layer_shapes[source]
        places = layer.sources(shape).reshape(-1, self.layer_shapes[position][-1])
        order = np.where(places[:, 0] == ZERO, ZERO, places[:, 0] // shape[-1])
        whole = order[:, None] * shape[-1] + np.arange(shape[-1])
        if not np.array_equal(places, np.where(order[:, None] == ZERO, ZERO, whole)):
            raise unsupported(f"{layer.kind} of channels")
        entering = self.image[0] * self.image[1]
        if len(order) > entering:
            raise unsupported(
                f"{layer.kind} to {len(order):,} pixels, where {entering:,} of an image enter")
        return PixelOrder(name, numbers.width, math.prod(shape[:-1]), tuple(order.tolist()))

    def _taken(self, step: int) -> int:
        """What the layer of a step takes, INPUT or a position."""
        return self.network.taken[self.positions[step]][0]

    def _image(self, source: int) -> tuple[int, ...]:
        """Rows, columns and channels of a layer's values."""
        return as_image(self.layer_shapes[source])

    def _flatten(self, position: int, layer: Layer) -> None:
        """A layer that makes a vector of an image."""
        sources = {self.made.get(source) for source in self.network.taken[position]}
        if layer.role is not Role.SHAPE or None in sources:
            raise unsupported(f"{layer.kind} of an image and a vector")
        self.flattened.append(position)

    def _collect(self) -> None:
        """Which step's pixels are collected."""
        ends = {self.made[self.network.taken[i][0]] for i in self.flattened}
        if len(ends) != 1:
            raise unsupported(f"{len(ends)} images that become vectors, where one is collected")
        (self.last,) = ends
        while self.outputs[self.last].bits > MOST_COLLECTED_BITS:
            step = self.steps[self.last]
            kept = step.threshold is not None or len(step.sources) > 1 or step.pools or step.moves
            if kept or self._taken(self.last) != self.pads.source(self.positions[self.last]):
                raise unsupported(f"numbers of {step.outputs.bits} bits that become a vector")
            self.summed.insert(0, step)
            self.last = step.sources[0]
        steps = self.steps[: len(self.steps) - len(self.summed)]
        needed = {self.last}
        for i in reversed(range(len(steps))):
            needed.update(steps[i].sources if i in needed else ())
        if self.steps[len(steps) :] != self.summed or needed - {INPUT} != set(range(len(steps))):
            raise unsupported("an image that is used before it is collected and after")
        self.steps = steps

    def tail(self) -> IntegerNetwork:
        """The network that takes the collected image as a vector."""
        numbers, image = self.outputs[self.last], self.shapes[self.last]
        form = InputFormat(numbers.bits, numbers.signed, 1.0, (math.prod(image),))
        first = []
        if self.summed:
            image = self._image(self._taken(self.summed[0].number - 1))
            first = [Reshape(image), *(step.layer for step in self.summed)]
        layers: list[Layer] = list(first)
        sources: list[tuple[int, ...]] = [(i - 1,) for i in range(len(first))]
        places: dict[int, int] = {}
        for position, layer in enumerate(self.network.layers):
            if position in self.made:
                continue
            taken = tuple(places.get(s, len(first) - 1) for s in self.network.taken[position])
            if position in self.flattened and not self.summed:
                places[position] = INPUT
                continue
            places[position] = len(layers)
            layers.append(layer)
            sources.append(taken)
        return IntegerNetwork(form, tuple(layers), sources=tuple(sources))

    def _named(self, position: int) -> str:
        sources = self.network.taken[position]
        return " and ".join(
            "the input" if source < 0 else self.network.layers[source].kind for source in sources
        )


def unsupported(received: str) -> ValueError:
    return ValueError(
        "RTL of convolutional networks has reshape, then conv2d or dense, threshold, add and "
        "concatenate, maxpool, and moves of whole pixels, then one flatten and dense, threshold "
        "and head layers. "
        f"Received: {received}"
    )
