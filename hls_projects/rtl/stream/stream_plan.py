"""Which buffers and stages a network of images takes, before any logic is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hls_projects.kinds import Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.stream.collector import Collector
from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.pixel_counts import branch_depths, images_behind, with_room
from hls_projects.rtl.stream.pixel_order import PixelOrder
from hls_projects.rtl.stream.pixel_step import PixelStep
from hls_projects.rtl.stream.planning import Planner

# Terms of a network that is built all at once though it has windows.
MOST_UNROLLED = 5000


@dataclass(frozen=True)
class StreamPlan:
    """Steps of pixels, what collects the last ones, and the network of dense layers after it.

    Attributes:
        pixels, width: of an image that enters; bits of a pixel.
        last: position of the step whose pixels are collected.
        depth: images whose pixels push all of the one before out of every buffer, see
            images_behind.
    """

    pixels: int
    width: int
    steps: tuple[PixelStep, ...]
    last: int
    collector: Collector
    tail: IntegerNetwork
    depth: int

    @property
    def buffers(self) -> tuple[LineBuffer | JoinBuffer | PixelOrder | Collector, ...]:
        """All shift registers, FIFOs and memories, in order."""
        found = [step.buffer for step in self.steps if step.buffer is not None]
        return (*found, self.collector)

    def with_cycles(self, cycles: Sequence[int]) -> StreamPlan:
        """The same plan with room for pixels to wait; logic takes so many clock cycles a step."""
        steps = with_room(self.steps, self.pixels, self.depth, cycles)
        depths = branch_depths(steps, self.pixels, self.depth, cycles)
        steps = tuple(
            replace(step, buffer=replace(step.buffer, depths=depths[i])) if i in depths else step
            for i, step in enumerate(steps)
        )
        return replace(self, steps=steps)


def streams(network: IntegerNetwork) -> bool:
    """Whether a network is built for a stream of pixels: one with convolutions or pools.

    A small one that moves pixels, or has an order of layers that a stream does not have, is built
    all at once.
    """
    if all(layer.windows is None for layer in network.layers):
        return False
    moves = any(layer.role is Role.MOVE for layer in network.layers)
    if moves and unrolled_terms(network) <= MOST_UNROLLED:
        return False
    try:
        plan_stream(network)
    except ValueError:
        return unrolled_terms(network) > MOST_UNROLLED
    return True


def unrolled_terms(network: IntegerNetwork) -> int:
    """Terms of all sums, and values of all pools, if each position has logic of its own."""
    total = 0
    for layer, shape in zip(network.layers, network.shapes(), strict=True):
        positions = math.prod(shape[:-1])
        if layer.role is Role.WEIGHTED:
            total += positions * layer.nonzeros
        elif layer.role in (Role.POOL, Role.SUM):
            total += positions * shape[-1] * math.prod(layer.windows.size)
    return total


def plan_stream(network: IntegerNetwork) -> StreamPlan:
    """The plan of a convolutional network.

    Raises:
        ValueError: for an order of layers that such hardware does not have.
    """
    planner = Planner(network)
    planner.read()
    image, numbers = planner.image, planner.numbers
    last = planner.last
    rows, columns, _ = planner.shapes[last]
    collector = Collector("collect", rows * columns, planner.outputs[last].width)
    pixels = image[0] * image[1]
    steps = tuple(planner.steps)
    plan = StreamPlan(
        pixels=pixels,
        width=numbers.width,
        steps=steps,
        last=last,
        collector=collector,
        tail=planner.tail(),
        depth=images_behind(steps, pixels) + any(step.moves for step in steps),
    )
    return plan.with_cycles([1] * len(steps))
