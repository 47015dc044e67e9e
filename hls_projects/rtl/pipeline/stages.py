"""An integer network as pipeline stages: netlists with a register after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hls_projects.families import Family
from hls_projects.kinds import Levels, Role
from hls_projects.logic.bits import Bit, signed_width
from hls_projects.logic.columns import BitSum, input_sums
from hls_projects.logic.netlist import Netlist
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.counters.neuron import NeuronBuilder


@dataclass
class RegisterStage:
    """Combinational logic and the registers after it.

    Attributes:
        netlist: the logic.
        inputs: its input signals that are used, in order of the stage's input port.
        registered: the signals that are registered, in order of the stage's output port, which
            are the inputs of the next stage.
        layer, part: number of its layer, from 1, and which stage of that layer it is, from 0.
    """

    netlist: Netlist
    inputs: list[int] = field(default_factory=list)
    registered: list[int] = field(default_factory=list)
    layer: int = 1
    part: int = 0

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
    builder = NeuronBuilder(family)
    values = input_sums(network.input)
    stages = [RegisterStage(Netlist(values.size * network.input.bits))]
    for layer in network.layers:
        if layer.role is Role.ACTIVATION:
            values = _activations(builder, stages[-1], values, layer)
            following = Netlist(len(stages[-1].registered))
            stages.append(RegisterStage(following, layer=len(stages) + 1))
        else:
            values = layer.sums(values)
    logits = _logits(builder, stages[-1], values, logit_bits(network))
    remove_unused(stages)
    return Pipeline(tuple(stages), logits)


def logit_bits(network: IntegerNetwork) -> int:
    """Bits of the two's complement numbers that hold every logit any input can give."""
    *_, (lowest, highest) = network.ranges()
    return signed_width(lowest.min(), highest.max())


def activation_bits(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, layer: Levels
) -> list[Bit]:
    """Registered bits of the activations of sums (…, channels), the first one's lowest."""
    bits: list[Bit] = []
    for element, total in enumerate(values.reshape(-1)):
        channel = element % len(layer.direction)
        bits += builder.activation(
            stage.netlist, total, layer.levels[channel], int(layer.direction[channel])
        )
    return stage.register(bits)


def _activations(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, layer: Levels
) -> np.ndarray:
    """Numbers of registered activation bits, in the shape of `values` (…, channels)."""
    registered = activation_bits(builder, stage, values, layer)
    flat = values.reshape(-1)
    numbers = np.empty(len(flat), object)
    for element in range(len(flat)):
        first = element * layer.bits
        numbers[element] = BitSum.of_bits(registered[first : first + layer.bits])
    return numbers.reshape(values.shape)


def _logits(
    builder: NeuronBuilder, stage: RegisterStage, values: np.ndarray, width: int
) -> tuple[tuple[Bit, ...], ...]:
    bits = [bit for total in values for bit in builder.logit(stage.netlist, total, width)]
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
                needed.update(node.inputs)
                kept.append(node)
        stage.netlist.nodes = kept[::-1]
        stage.inputs = [signal for signal in range(stage.netlist.inputs) if signal in needed]
        if position:
            before = stages[position - 1]
            before.registered = [before.registered[signal] for signal in stage.inputs]
