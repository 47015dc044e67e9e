"""An integer network as pipeline stages: netlists with a register after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from hls_projects.families import Family
from hls_projects.kinds import Layer, Levels, Role
from hls_projects.kinds.windows import windows_of
from hls_projects.logic.bits import Bit, signed_width
from hls_projects.logic.columns import BitSum, input_sums
from hls_projects.logic.netlist import ChainNode, Netlist
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.rtl.counters.neuron import NeuronBuilder
from hls_projects.rtl.pipeline.encoder import encoded, used_levels

# Layers that a register follows.
REGISTERED = (Role.ACTIVATION, Role.ENCODER)


@dataclass
class RegisterStage:
    """Combinational logic and the registers after it.

    Attributes:
        netlist: the logic.
        inputs: its input signals that are used, in order of the stage's input port.
        registered: the signals that are registered, in order of the stage's output port, which
            are the inputs of the next stage.
        layer, part: number of its layer, from 1, and which stage of that layer it is, from 0.
        clocked: whether registers follow; else the next stage goes on in the same clock cycle.
    """

    netlist: Netlist
    inputs: list[int] = field(default_factory=list)
    registered: list[int] = field(default_factory=list)
    layer: int = 1
    part: int = 0
    clocked: bool = True

    @property
    def name(self) -> str:
        """Of its Verilog module: layer_1, then layer_1_1, layer_1_2 … if the layer has more."""
        return f"layer_{self.layer}" + (f"_{self.part}" if self.part else "")

    def register(self, bits: Sequence[Bit]) -> list[Bit]:
        """Bits of the next stage's inputs; every signal is registered once."""
        place: dict[int, int] = {}
        for bit in bits:
            if not bit.constant:
                place.setdefault(bit.signal, len(place))
        self.registered = list(place)
        return [bit if bit.constant else Bit(place[bit.signal], bit.inverted) for bit in bits]


@dataclass(frozen=True)
class Pipeline:
    """Stages in order; logits as bits of the last stage's registers, [class][place]."""

    stages: tuple[RegisterStage, ...]
    logits: tuple[tuple[Bit, ...], ...]


def build_pipeline(network: IntegerNetwork, family: Family) -> Pipeline:
    """The stages of a network, one for every threshold layer and one for the head.

    Raises:
        ValueError: for a kind of layer that RTL does not have.
    """
    return GraphPipeline(network, family).build()


class GraphPipeline:
    """Stage after stage of a network: activations see what the stage before registered.

    A layer's values are sums of bits of the stage that is being built.  Those that a later stage
    needs too are registered with the activations.

    Args:
        network: what to build.
        family: whose cells.
    """

    def __init__(self, network: IntegerNetwork, family: Family) -> None:
        self.network = network
        self.builder = NeuronBuilder(family)
        first = input_sums(network.input)
        self.stages = [RegisterStage(Netlist(first.size * network.input.bits))]
        self.values: dict[int, np.ndarray] = {INPUT: first}

    def build(self) -> Pipeline:
        """The pipeline; what no logit depends on is left out."""
        levels = activation_depths(self.network)
        for depth in range(max(levels) + 1):
            members = [i for i, level in enumerate(levels) if level == depth]
            self._linear([i for i in members if not self._activates(i)])
            following = [i for i, level in enumerate(levels) if level == depth + 1]
            activations = [i for i in following if self._activates(i)]
            if activations:
                self._cut(activations, self._needed_after(levels, depth))
        width = logit_bits(self.network)
        values = np.concatenate([self.values[head] for head in self.network.heads])
        logits = _logits(self.builder, self.stages[-1], values, width)
        remove_unused(self.stages)
        return Pipeline(tuple(self.stages), logits)

    def _needed_after(self, levels: Sequence[int], depth: int) -> set[int]:
        """What layers take that are built after the stage of a depth."""
        return {
            source
            for position, taken in enumerate(self.network.taken)
            for source in taken
            if levels[position] - self._activates(position) > depth
        }

    def _activates(self, position: int) -> bool:
        return self.network.layers[position].role in REGISTERED

    def _linear(self, members: Sequence[int]) -> None:
        for position in members:
            taken = [self.values[source] for source in self.network.taken[position]]
            layer = self.network.layers[position]
            pools = layer.role is Role.POOL
            self.values[position] = self._pooled(layer, *taken) if pools else layer.sums(*taken)

    def _pooled(self, layer: Layer, values: np.ndarray) -> np.ndarray:
        """The largest value of each window, as numbers of the stage that is being built."""
        netlist = self.stages[-1].netlist
        ends = [(total.offset, total.offset + total.highest) for total in values.reshape(-1)]
        width = signed_width(min(low for low, _ in ends), max(high for _, high in ends))
        numbers = np.empty(values.size, object)
        for i, total in enumerate(values.reshape(-1)):
            numbers[i] = self.builder.logit(netlist, total, width)
        numbers = numbers.reshape(values.shape)
        places = windows_of(layer.windows, values.shape)
        found = np.empty(places.shape[:-1], object)
        for index in np.ndindex(found.shape):
            under = [numbers.reshape(-1)[place] for place in places[index] if place >= 0]
            bits = layer.combine(netlist, under, signed=True)
            found[index] = BitSum.of_bits(bits, signed=True)
        return found

    def _cut(self, activations: Sequence[int], needed: set[int]) -> None:
        """Registers activations and what later stages need, and begins the next stage."""
        stage = self.stages[-1]
        found = {
            i: self._numbers(stage, i, self.values[self.network.taken[i][0]]) for i in activations
        }
        kept = {i: value for i, value in self.values.items() if i in needed - set(activations)}
        self.values = _registered(stage, {**found, **kept})
        following = Netlist(len(stage.registered))
        self.stages.append(RegisterStage(following, layer=len(self.stages) + 1))

    def _numbers(self, stage: RegisterStage, position: int, values: np.ndarray) -> np.ndarray:
        """What a layer that registers follow makes of sums, as numbers not registered yet."""
        layer = self.network.layers[position]
        if layer.role is Role.ENCODER:
            used = used_levels(self.network, position)
            return encoded(self.builder, stage.netlist, values, layer, used)
        return activation_numbers(self.builder, stage, values, layer)


def activation_depths(network: IntegerNetwork) -> list[int]:
    """For each layer, how many activations are on the longest way to it, its own included.

    All heads count as the deepest, so that their logits come at once.
    """
    depths: list[int] = []
    for layer, taken in zip(network.layers, network.taken, strict=True):
        before = max(depths[source] if source != INPUT else 0 for source in taken)
        depths.append(before + (layer.role in REGISTERED))
    for head in network.heads:
        depths[head] = max(depths)
    return depths


def _registered(stage: RegisterStage, values: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
    """The same sums of bits, of the registers' bits."""
    sums = [total for value in values.values() for total in value.reshape(-1)]
    bits = [bit for total in sums for column in total.columns for bit in column]
    registered = iter(stage.register(bits))
    moved = iter([_moved(total, registered) for total in sums])
    return {
        position: np.array([next(moved) for _ in range(value.size)], object).reshape(value.shape)
        for position, value in values.items()
    }


def _moved(total: BitSum, bits: Iterator[Bit]) -> BitSum:
    found = BitSum(total.offset)
    for place, column in enumerate(total.columns):
        for _ in column:
            found.add_bit(place, next(bits))
    return found


def logit_bits(network: IntegerNetwork) -> int:
    """Bits of the two's complement numbers that hold every logit any input can give."""
    ranges = list(network.ranges())
    ends = [ranges[head] for head in network.heads]
    lowest, highest = min(low.min() for low, _ in ends), max(high.max() for _, high in ends)
    return signed_width(lowest, highest)


def activation_bits(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, layer: Levels
) -> list[Bit]:
    """Registered bits of the activations of sums (…, channels), the first one's lowest."""
    found = _activated(builder, stage, values.reshape(-1), layer)
    return stage.register([bit for bits in found for bit in bits])


def activation_numbers(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, layer: Levels
) -> np.ndarray:
    """Activations of sums (…, channels) as numbers of bits that are not registered yet."""
    flat = values.reshape(-1)
    numbers = np.empty(len(flat), object)
    for element, bits in enumerate(_activated(builder, stage, flat, layer)):
        numbers[element] = BitSum.of_bits(bits)
    return numbers.reshape(values.shape)


def _activated(
    builder: NeuronBuilder, stage: RegisterStage, flat: np.ndarray, layer: Levels
) -> Iterator[list[Bit]]:
    channels = len(layer.direction)
    steps = [
        (layer.levels[element % channels], int(layer.direction[element % channels]))
        for element in range(len(flat))
    ]
    for total, (levels, direction) in zip(
        builder.activated(stage.netlist, flat, steps), steps, strict=True
    ):
        yield builder.activation(stage.netlist, total, levels, direction)


def _logits(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, width: int
) -> tuple[tuple[Bit, ...], ...]:
    totals = builder.shared_logits(stage.netlist, values)
    bits = [bit for total in totals for bit in builder.logit(stage.netlist, total, width)]
    registered = stage.register(bits)
    return tuple(
        tuple(registered[first : first + width]) for first in range(0, len(registered), width)
    )


def remove_unused(stages: Sequence[RegisterStage]) -> None:
    """From the last stage back: nodes, inputs and registers that no logit depends on."""
    for position in reversed(range(len(stages))):
        stage = stages[position]
        needed = set(stage.registered)
        kept = []
        for node in reversed(stage.netlist.nodes):
            if needed.intersection(node.outputs):
                kept.append(node.without_unused(needed) if isinstance(node, ChainNode) else node)
                needed.update(node.inputs)
        stage.netlist.nodes = kept[::-1]
        stage.inputs = [signal for signal in range(stage.netlist.inputs) if signal in needed]
        if position:
            before = stages[position - 1]
            before.registered = [before.registered[signal] for signal in stage.inputs]
