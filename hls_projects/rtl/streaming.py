"""A convolutional network as a chain of Verilog modules that a pixel enters every clock cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.input_format import InputFormat
from hls_projects.integer_layers import (
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    Reshape,
    Threshold,
)
from hls_projects.integer_network import IntegerNetwork
from hls_projects.rtl.bits import Bit
from hls_projects.rtl.collector import Collector
from hls_projects.rtl.columns import dense_sums, input_sums
from hls_projects.rtl.largest import largest
from hls_projects.rtl.line_buffer import LineBuffer
from hls_projects.rtl.netlist import Netlist
from hls_projects.rtl.neuron import NeuronBuilder
from hls_projects.rtl.stages import Pipeline, Stage, activation_bits, build_pipeline, remove_unused
from hls_projects.rtl.target import Target


@dataclass(frozen=True)
class PixelStage:
    """Logic of one window or pixel, registered; `outputs` are bits of the last register."""

    stages: tuple[Stage, ...]
    outputs: tuple[Bit, ...]

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which results leave."""
        return arriving + len(self.stages)


@dataclass(frozen=True)
class Stream:
    """Elements that pixels pass, in order, and the pipeline of dense layers after the last one.

    Attributes:
        pixels: of a picture; one enters a clock cycle.
        width: bits of a pixel.
        elements: LineBuffer, PixelStage and, at the end, a Collector.
        tail: takes the collected picture.
    """

    pixels: int
    width: int
    elements: tuple[LineBuffer | PixelStage | Collector, ...]
    tail: Pipeline

    @property
    def buffer_bits(self) -> int:
        """Bits of all shift registers: lines, and the collected picture."""
        return sum(e.bits for e in self.elements if not isinstance(e, PixelStage))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every netlist, in order."""
        own = [e.stages for e in self.elements if isinstance(e, PixelStage)]
        return tuple(stage for stages in (*own, self.tail.stages) for stage in stages)

    def latency(self) -> int:
        """Clock cycles from a picture's first pixel to its logits, its pixels in a row."""
        times = np.arange(self.pixels)
        for element in self.elements:
            times = element.leaving(times)
        return int(times[-1]) + len(self.tail.stages)


def streams(network: IntegerNetwork) -> bool:
    """Whether a network is built for a stream of pixels: one with convolutions or pools."""
    return any(isinstance(layer, (Conv2D, MaxPool)) for layer in network.layers)


def build_stream(network: IntegerNetwork, target: Target) -> Stream:
    """The chain of a convolutional network.

    Raises:
        ValueError: for an order of layers that such hardware does not have.
    """
    return _Builder(network, target).build()


class _Builder:
    """Walks the layers once; pixels are `channels` numbers of `bits` bits."""

    def __init__(self, network: IntegerNetwork, target: Target) -> None:
        self.network = network
        self.target = target
        self.neurons = NeuronBuilder(target)
        self.elements: list[LineBuffer | PixelStage | Collector] = []
        self.picture = network.input.shape
        self.bits, self.signed = network.input.bits, network.input.signed
        self.stages = 0

    def build(self) -> Stream:
        layers = list(self.network.layers)
        while layers and isinstance(layers[0], Reshape):
            self.picture = layers.pop(0).shape
        if len(self.picture) != 3:
            raise _unsupported(f"a network whose pictures have shape {self.picture}")
        rows, columns, channels = self.picture
        pixels, width = rows * columns, channels * self.bits
        while not self._flattens(layers[0]):
            self._pixel_layers(layers)
        self._collect()
        return Stream(pixels, width, tuple(self.elements), self._tail(layers[1:]))

    def _flattens(self, layer: Layer) -> bool:
        return isinstance(layer, Flatten) or (isinstance(layer, Reshape) and len(layer.shape) == 1)

    def _pixel_layers(self, layers: list[Layer]) -> None:
        """Takes the layers of one stage from the list."""
        layer = layers.pop(0)
        if isinstance(layer, MaxPool):
            self._pool(layer)
            return
        if isinstance(layer, (Conv2D, Dense)):
            threshold = layers.pop(0)
            if not isinstance(threshold, Threshold):
                raise _unsupported(f"{layer.kind} followed by {threshold.kind}")
            self._weights(layer, threshold)
            return
        raise _unsupported(f"{layer.kind} between pictures")

    def _pool(self, layer: MaxPool) -> None:
        channels = self.picture[-1]
        self._line_buffer(layer)
        taps = layer.pool[0] * layer.pool[1]
        stage = self._stage(taps * channels)
        found: list[Bit] = []
        for channel in range(channels):
            numbers = [self._number(tap * channels + channel) for tap in range(taps)]
            found += largest(stage.netlist, numbers, self.signed)
        self._append(stage, stage.register(found))

    def _weights(self, layer: Conv2D | Dense, threshold: Threshold) -> None:
        matrix = layer.weights.reshape(-1, layer.weights.shape[-1])
        if isinstance(layer, Conv2D):
            self._line_buffer(layer)
        else:
            self.picture = layer.output_shape(self.picture)
        stage = self._stage(len(matrix))
        values = input_sums(InputFormat(self.bits, self.signed, 1.0, (len(matrix),)))
        sums = dense_sums(values, matrix)
        self._append(stage, activation_bits(self.neurons, stage, sums, threshold))
        self.bits, self.signed = threshold.bits, False

    def _line_buffer(self, layer: Conv2D | MaxPool) -> None:
        rows, columns, channels = self.picture
        name = f"window_{self.stages + 1}"
        windows = layer.windows
        self.elements.append(LineBuffer(name, rows, columns, channels * self.bits, windows))
        self.picture = layer.output_shape(self.picture)

    def _stage(self, numbers: int) -> Stage:
        self.stages += 1
        return Stage(Netlist(numbers * self.bits), layer=self.stages)

    def _number(self, position: int) -> list[Bit]:
        return [Bit(position * self.bits + i) for i in range(self.bits)]

    def _append(self, stage: Stage, outputs: Sequence[Bit]) -> None:
        remove_unused([stage])
        self.elements.append(PixelStage((stage,), tuple(outputs)))

    def _collect(self) -> None:
        rows, columns, channels = self.picture
        self.elements.append(Collector("collect", rows * columns, channels * self.bits))

    def _tail(self, layers: Sequence[Layer]) -> Pipeline:
        """Dense layers, as a network of its own whose inputs are the collected activations."""
        source = InputFormat(self.bits, self.signed, 1.0, (int(np.prod(self.picture)),))
        pipeline = build_pipeline(IntegerNetwork(source, tuple(layers)), self.target)
        numbered = [replace(s, layer=s.layer + self.stages) for s in pipeline.stages]
        return replace(pipeline, stages=tuple(numbered))


def _unsupported(received: str) -> ValueError:
    return ValueError(
        "RTL of convolutional networks has reshape, then conv2d or dense with threshold, and "
        f"maxpool, then flatten, dense, threshold and head layers. Received: {received}"
    )
