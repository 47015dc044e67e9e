"""A convolutional network as Verilog modules that a pixel enters every clock cycle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.families import Family
from hls_projects.kinds import Layer, Role
from hls_projects.kinds.layer import is_ternary
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum, dense_sums
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
from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.pixel_order import PixelOrder
from hls_projects.rtl.stream.pixel_step import INPUT, Numbers, PixelStep
from hls_projects.rtl.stream.stream_plan import StreamPlan, plan_stream
from hls_projects.rtl.stream.time_multiplexed_dense import TimeMultiplexedDense


@dataclass(frozen=True)
class PixelStage:
    """Logic of one window or pixel, registered; `outputs` are bits of the last register."""

    stages: tuple[RegisterStage, ...]
    outputs: tuple[Bit, ...]

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which results leave."""
        return arriving + len(self.stages)


Module = LineBuffer | JoinBuffer | PixelOrder | Collector | TimeMultiplexedDense


@dataclass(frozen=True)
class Stream:
    """Stages that pixels pass, and the pipeline of dense layers after the last one.

    Attributes:
        plan: what the stages were made from.
        stages_of_pixels: the logic of each of the plan's steps.
        multiplexed: dense layers after the collected image that take a cycle for each pixel.
        tail: takes the collected image, or what the last time-multiplexed layer makes of it.
    """

    plan: StreamPlan
    stages_of_pixels: tuple[PixelStage, ...]
    multiplexed: tuple[TimeMultiplexedDense, ...]
    tail: Pipeline

    @property
    def stages(self) -> tuple[RegisterStage, ...]:
        """Every netlist, in order."""
        own = [stage.stages for stage in self.stages_of_pixels]
        return tuple(stage for stages in (*own, self.tail.stages) for stage in stages)

    @property
    def modules(self) -> tuple[Module, ...]:
        """Everything that is a module of its own, in order."""
        return (*self.plan.buffers, *self.multiplexed)

    def with_stages(
        self, stages_of_pixels: Sequence[PixelStage], tail: Pipeline
    ) -> Stream:
        """The same stream of other stages, with room for branches that wait for them."""
        cycles = [len(stage.stages) for stage in stages_of_pixels]
        plan = self.plan.with_cycles(cycles)
        return replace(self, plan=plan, stages_of_pixels=tuple(stages_of_pixels), tail=tail)

    def latency(self) -> int:
        """Clock cycles from an image's first pixel to its logits, its pixels in a row."""
        times = {INPUT: np.arange(self.plan.pixels)}
        for position, (step, stage) in enumerate(
            zip(self.plan.steps, self.stages_of_pixels, strict=True)
        ):
            taken = [times[source] for source in step.sources]
            arriving = taken[0] if step.buffer is None else step.buffer.leaving(*taken)
            times[position] = stage.leaving(arriving)
        found = times[self.plan.last]
        for module in (self.plan.collector, *self.multiplexed):
            found = module.leaving(found)
        return int(found[-1]) + sum(stage.clocked for stage in self.tail.stages)


def build_stream(network: IntegerNetwork, family: Family, time_multiplex: bool = False) -> Stream:
    """The stages of a convolutional network.

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
    stages = [_stage(neurons, step) for step in plan.steps]
    multiplexed, rest = multiplexed_layers(plan) if time_multiplex else ([], plan.tail)
    tail = build_pipeline(rest, family)
    numbered = tuple(replace(s, layer=s.layer + len(plan.steps)) for s in tail.stages)
    return Stream(plan, tuple(stages), tuple(multiplexed), replace(tail, stages=numbered))


def multiplexed_layers(plan: StreamPlan) -> tuple[list[TimeMultiplexedDense], IntegerNetwork]:
    """The layers that are worth time-multiplexing, and the network that is left after them.

    Raises:
        ValueError: if one has more neurons than an image has pixels.
    """
    if not plan.tail.is_sequence:
        return [], plan.tail
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


def _stage(neurons: NeuronBuilder, step: PixelStep) -> PixelStage:
    if step.moves:
        return PixelStage((), tuple(map(Bit, range(step.outputs.width))))
    return pool_stage(step) if step.pools else _sums(neurons, step)


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


def _sums(neurons: NeuronBuilder, step: PixelStep) -> PixelStage:
    """The logic of sums, and of the levels after them."""
    stage = RegisterStage(Netlist(sum(n.width for n in step.taken)), layer=step.number)
    sums = dense_sums(_numbers(step.taken), step.matrix)
    if step.threshold is not None:
        return _finished(stage, activation_bits(neurons, stage, sums, step.threshold))
    # The sign of numbers that are never negative is left out.
    bits, signed = step.outputs.bits, step.outputs.signed
    found = [neurons.logit(stage.netlist, total, bits + (not signed))[:bits] for total in sums]
    return _finished(stage, stage.register([bit for number in found for bit in number]))


def _numbers(taken: Sequence[Numbers]) -> np.ndarray:
    """The numbers that logic sees as sums of its input's bits."""
    found: list[BitSum] = []
    first = 0
    for numbers in taken:
        for _ in range(numbers.count):
            bits = [Bit(first + place) for place in range(numbers.bits)]
            found.append(BitSum.of_bits(bits, signed=numbers.signed))
            first += numbers.bits
    values = np.empty(len(found), object)
    values[:] = found
    return values


def _finished(stage: RegisterStage, outputs: list[Bit]) -> PixelStage:
    remove_unused([stage])
    return PixelStage((stage,), tuple(outputs))
