"""Which line buffers and stages a convolutional network takes, before any logic is made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import Layer, Levels, Role
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.stream.collector import Collector
from hls_projects.rtl.stream.line_buffer import LineBuffer


@dataclass(frozen=True)
class PixelStep:
    """What happens at one pixel, or in one window of pixels.

    Args:
        number: from 1, of its stage.
        layer: a pool, or one of weights.
        threshold: after weights.
        buffer: makes the windows; None for a layer without.
        bits, signed: of the numbers that pixels consist of.
    """

    number: int
    layer: Layer
    threshold: Levels | None
    buffer: LineBuffer | None
    bits: int
    signed: bool

    @property
    def matrix(self) -> np.ndarray:
        """Weights (numbers of a window, outputs)."""
        weights = self.layer.weights
        return weights.reshape(-1, weights.shape[-1])


@dataclass(frozen=True)
class StreamPlan:
    """Steps of pixels, what collects the last ones, and the network of dense layers after it.

    Attributes:
        pixels, width: of an image that enters; bits of a pixel.
    """

    pixels: int
    width: int
    steps: tuple[PixelStep, ...]
    collector: Collector
    tail: IntegerNetwork

    @property
    def depth(self) -> int:
        """Images whose pixels push all of the one before out of every line buffer.

        Where it is 1, results come at least as far apart as images enter.  Otherwise those of a
        burst's last images, which nothing pushes but the buffers themselves, may come sooner.
        """
        lines = [step.buffer for step in self.steps if step.buffer is not None]
        return next(m for m in itertools.count(1) if _pushes(lines, m * self.pixels))

    @property
    def buffers(self) -> tuple[LineBuffer | Collector, ...]:
        """All shift registers, in order."""
        lines = [step.buffer for step in self.steps if step.buffer is not None]
        return (*lines, self.collector)


def _pushes(lines: Sequence[LineBuffer], pixels: int) -> bool:
    """Whether so many further pixels push an image out of every line buffer in a row."""
    for line in lines:
        pixels -= line.delay
        if pixels < 0:
            return False
        images, rest = divmod(pixels, line.rows * line.columns)
        centres = line.centres()
        pixels = images * len(centres) + int((centres < rest).sum())
    return True


def streams(network: IntegerNetwork) -> bool:
    """Whether a network is built for a stream of pixels: one with convolutions or pools."""
    return any(layer.windows is not None for layer in network.layers)


def plan_stream(network: IntegerNetwork) -> StreamPlan:
    """The plan of a convolutional network.

    Raises:
        ValueError: for an order of layers that such hardware does not have.
    """
    if not network.is_sequence:
        raise _unsupported("branches; convert.py without --rtl has the HLS project of them")
    layers = list(_without_columns(network))
    image, bits, signed = network.input.shape, network.input.bits, network.input.signed
    while layers and layers[0].role is Role.SHAPE and not layers[0].flattens:
        image = layers.pop(0).output_shape(image)
    if len(image) == 2:
        image = (image[0], 1, image[1])
    if len(image) != 3:
        raise _unsupported(f"a network whose images have shape {image}")
    pixels, width = image[0] * image[1], image[2] * bits
    steps: list[PixelStep] = []
    for layer, threshold in _pixel_layers(layers):
        buffer = None
        if layer.windows is not None:
            name = f"window_{len(steps) + 1}"
            buffer = LineBuffer(name, *image[:2], image[2] * bits, layer.windows)
        steps.append(PixelStep(len(steps) + 1, layer, threshold, buffer, bits, signed))
        image = layer.output_shape(image)
        if threshold is not None:
            bits, signed = threshold.bits, False
    collector = Collector("collect", image[0] * image[1], image[2] * bits)
    collected = InputFormat(bits, signed, 1.0, (int(np.prod(image)),))
    tail = IntegerNetwork(collected, tuple(layers))
    return StreamPlan(pixels, width, tuple(steps), collector, tail)


def _without_columns(network: IntegerNetwork) -> Iterator[Layer]:
    """The layers without those that add or take away the one column of a line of pixels."""
    before = network.input.shape
    for layer, after in zip(network.layers, network.shapes(), strict=True):
        moves = layer.role is not Role.SHAPE or len(after) == 1
        if moves or _without_column(before) != _without_column(after):
            yield layer
        before = after


def _without_column(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:1] + shape[2:] if shape[1:2] == (1,) else shape


def _pixel_layers(layers: list[Layer]) -> Iterator[tuple[Layer, Levels | None]]:
    """Takes layers from the list up to the one that flattens."""
    while not (layer := layers.pop(0)).flattens:
        if layer.role is Role.POOL:
            yield layer, None
            continue
        if layer.role is not Role.WEIGHTED:
            raise _unsupported(f"{layer.kind} between images")
        threshold = layers.pop(0)
        if threshold.role is not Role.ACTIVATION:
            raise _unsupported(f"{layer.kind} followed by {threshold.kind}")
        yield layer, threshold


def _unsupported(received: str) -> ValueError:
    return ValueError(
        "RTL of convolutional networks has reshape, then conv2d or dense with threshold, and "
        f"maxpool, then flatten, dense, threshold and head layers. Received: {received}"
    )
