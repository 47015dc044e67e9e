"""A convolutional network as a chain of Verilog modules that a pixel enters every clock cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hls_projects.input_format import InputFormat
from hls_projects.integer_network import IntegerNetwork
from hls_projects.rtl.bits import Bit
from hls_projects.rtl.collector import Collector
from hls_projects.rtl.columns import dense_sums, input_sums
from hls_projects.rtl.largest import largest
from hls_projects.rtl.line_buffer import LineBuffer
from hls_projects.rtl.netlist import Netlist
from hls_projects.rtl.neuron import NeuronBuilder
from hls_projects.rtl.stages import Pipeline, Stage, activation_bits, build_pipeline, remove_unused
from hls_projects.rtl.stream_plan import PixelStep, StreamPlan, plan_stream
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
        plan: what the elements were made from.
        elements: LineBuffer, PixelStage and, at the end, a Collector.
        tail: takes the collected picture.
    """

    plan: StreamPlan
    elements: tuple[LineBuffer | PixelStage | Collector, ...]
    tail: Pipeline

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every netlist, in order."""
        own = [e.stages for e in self.elements if isinstance(e, PixelStage)]
        return tuple(stage for stages in (*own, self.tail.stages) for stage in stages)

    def latency(self) -> int:
        """Clock cycles from a picture's first pixel to its logits, its pixels in a row."""
        times = np.arange(self.plan.pixels)
        for element in self.elements:
            times = element.leaving(times)
        return int(times[-1]) + len(self.tail.stages)


def build_stream(network: IntegerNetwork, target: Target) -> Stream:
    """The chain of a convolutional network.

    Raises:
        ValueError: for an order of layers that such hardware does not have.
    """
    plan = plan_stream(network)
    neurons = NeuronBuilder(target)
    elements: list[LineBuffer | PixelStage | Collector] = []
    for step in plan.steps:
        if step.buffer is not None:
            elements.append(step.buffer)
        elements.append(pool_stage(step) if step.threshold is None else _weights(neurons, step))
    tail = build_pipeline(plan.tail, target)
    numbered = [replace(s, layer=s.layer + len(plan.steps)) for s in tail.stages]
    return Stream(plan, (*elements, plan.collector), replace(tail, stages=tuple(numbered)))


def pool_stage(step: PixelStep) -> PixelStage:
    """The comparisons of a max pool."""
    taps = step.layer.pool[0] * step.layer.pool[1]
    width = step.buffer.width
    stage = Stage(Netlist(taps * width), layer=step.number)
    found: list[Bit] = []
    for first in range(0, width, step.bits):
        numbers = [
            [Bit(tap * width + first + place) for place in range(step.bits)] for tap in range(taps)
        ]
        found += largest(stage.netlist, numbers, step.signed)
    return _finished(stage, stage.register(found))


def _weights(neurons: NeuronBuilder, step: PixelStep) -> PixelStage:
    count = len(step.matrix)
    stage = Stage(Netlist(count * step.bits), layer=step.number)
    values = input_sums(InputFormat(step.bits, step.signed, 1.0, (count,)))
    sums = dense_sums(values, step.matrix)
    return _finished(stage, activation_bits(neurons, stage, sums, step.threshold))


def _finished(stage: Stage, outputs: list[Bit]) -> PixelStage:
    remove_unused([stage])
    return PixelStage((stage,), tuple(outputs))
