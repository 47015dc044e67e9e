"""A convolutional network as a chain of Verilog modules that a pixel enters every clock cycle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.families import Family
from hls_projects.kinds import Layer, Role
from hls_projects.kinds.layer import is_ternary
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import dense_sums, input_sums
from hls_projects.logic.netlist import Netlist
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.counters.neuron import NeuronBuilder
from hls_projects.rtl.pipeline.dead_neurons import without_dead_neurons
from hls_projects.rtl.pipeline.stages import (
    Pipeline,
    RegisterStage,
    activation_bits,
    build_pipeline,
    remove_unused,
)
from hls_projects.rtl.stream.collector import Collector
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.stream_plan import PixelStep, StreamPlan, plan_stream
from hls_projects.rtl.stream.time_multiplexed_dense import TimeMultiplexedDense


@dataclass(frozen=True)
class PixelStage:
    """Logic of one window or pixel, registered; `outputs` are bits of the last register."""

    stages: tuple[RegisterStage, ...]
    outputs: tuple[Bit, ...]

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which results leave."""
        return arriving + len(self.stages)


Element = LineBuffer | PixelStage | Collector | TimeMultiplexedDense


@dataclass(frozen=True)
class Stream:
    """Elements that pixels pass, in order, and the pipeline of dense layers after the last one.

    Attributes:
        plan: what the elements were made from.
        elements: LineBuffer and PixelStage, then a Collector, then TimeMultiplexedDense.
        tail: takes the collected image, or what the last time-multiplexed layer makes of it.
    """

    plan: StreamPlan
    elements: tuple[Element, ...]
    tail: Pipeline

    @property
    def stages(self) -> tuple[RegisterStage, ...]:
        """Every netlist, in order."""
        own = [e.stages for e in self.elements if isinstance(e, PixelStage)]
        return tuple(stage for stages in (*own, self.tail.stages) for stage in stages)

    @property
    def modules(self) -> tuple[LineBuffer | Collector | TimeMultiplexedDense, ...]:
        """Every element that is a module of its own, in order."""
        return tuple(e for e in self.elements if not isinstance(e, PixelStage))

    def latency(self) -> int:
        """Clock cycles from an image's first pixel to its logits, its pixels in a row."""
        times = np.arange(self.plan.pixels)
        for element in self.elements:
            times = element.leaving(times)
        return int(times[-1]) + len(self.tail.stages)


def build_stream(network: IntegerNetwork, family: Family, time_multiplex: bool = False) -> Stream:
    """The chain of a convolutional network.

    Args:
        network, family: as for write_rtl.
        time_multiplex: whether dense layers after the image take as many cycles as it has pixels,
            in which the next one enters anyway: the first ones, as long as they have more
            nonzeros than that, but not the last layer.

    Raises:
        ValueError: for an order of layers that such hardware does not have, or a layer to
            time-multiplex that has more neurons than an image has pixels.
    """
    plan = plan_stream(network)
    neurons = NeuronBuilder(family)
    elements: list[Element] = []
    for step in plan.steps:
        if step.buffer is not None:
            elements.append(step.buffer)
        elements.append(pool_stage(step) if step.threshold is None else _weights(neurons, step))
    elements.append(plan.collector)
    rest = plan.tail
    if time_multiplex:
        multiplexed, rest = multiplexed_layers(plan)
        elements += multiplexed
    tail = build_pipeline(rest, family)
    numbered = [replace(s, layer=s.layer + len(plan.steps)) for s in tail.stages]
    return Stream(plan, tuple(elements), replace(tail, stages=tuple(numbered)))


def multiplexed_layers(plan: StreamPlan) -> tuple[list[TimeMultiplexedDense], IntegerNetwork]:
    """The layers that are worth time-multiplexing, and the network that is left after them.

    Raises:
        ValueError: if one has more neurons than an image has pixels.
    """
    # Logic behind a time-multiplexed layer cannot see which of its neurons are constant.
    live = without_dead_neurons(plan.tail)
    values, layers, multiplexed = live.input, list(live.layers), []
    while worth_multiplexing(layers, plan.pixels):
        layer, threshold = layers.pop(0), layers.pop(0)
        name = f"multiplexed_{len(multiplexed) + 1}"
        form = values.bits, values.signed
        multiplexed.append(
            TimeMultiplexedDense(name, layer, threshold, *form, plan.pixels, plan.depth)
        )
        values = InputFormat(threshold.bits, False, 1.0, threshold.direction.shape)
    return multiplexed, IntegerNetwork(values, tuple(layers))


def worth_multiplexing(layers: Sequence[Layer], cycles: int) -> bool:
    """Whether a ternary layer and its levels come first, of more weights than one a cycle."""
    roles = [layer.role for layer in layers[:2]]
    if roles != [Role.WEIGHTED, Role.ACTIVATION] or not is_ternary(layers[0].weights):
        return False
    return layers[0].nonzeros > cycles > 1


def pool_stage(step: PixelStep) -> PixelStage:
    """The logic of a pool."""
    taps = math.prod(step.layer.windows.size)
    width = step.buffer.width
    stage = RegisterStage(Netlist(taps * width), layer=step.number)
    found: list[Bit] = []
    for first in range(0, width, step.bits):
        numbers = [
            [Bit(tap * width + first + place) for place in range(step.bits)] for tap in range(taps)
        ]
        found += step.layer.combine(stage.netlist, numbers, step.signed)
    return _finished(stage, stage.register(found))


def _weights(neurons: NeuronBuilder, step: PixelStep) -> PixelStage:
    count = len(step.matrix)
    stage = RegisterStage(Netlist(count * step.bits), layer=step.number)
    values = input_sums(InputFormat(step.bits, step.signed, 1.0, (count,)))
    sums = dense_sums(values, step.matrix)
    return _finished(stage, activation_bits(neurons, stage, sums, step.threshold))


def _finished(stage: RegisterStage, outputs: list[Bit]) -> PixelStage:
    remove_unused([stage])
    return PixelStage((stage,), tuple(outputs))
