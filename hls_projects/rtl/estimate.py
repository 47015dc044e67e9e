"""LUTs, positions and flip-flops of a network's Verilog at once, without writing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hls_projects.kinds import Interval, Layer, Role, Thermometer
from hls_projects.logic.signed_digits import digit_counts
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.pipeline.encoder import encoder_luts
from hls_projects.rtl.pipeline.stages import logit_bits
from hls_projects.rtl.stream.stream_plan import StreamPlan, plan_stream, streams
from hls_projects.rtl.stream.streaming import pool_stage
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import LutModel, fitted_model
from qkeras_models.cost.position_model import PositionModel, fitted_position_model


@dataclass(frozen=True)
class Estimate:
    """LUT cells and the positions they occupy, by fitted models; flip-flops, counted.

    Attributes:
        luts: LUT cells.
        ffs: bits that are registered.
        positions: occupied LUT positions, see hls_projects.tools.lut_positions.
        encoder_luts: of `luts`, comparators of thermometers, which are built and counted.
        by_layer: each layer of the network that takes LUTs, in order, and how many, not rounded.
    """

    luts: int
    ffs: int
    positions: int
    encoder_luts: int = 0
    by_layer: tuple[tuple[Layer, float], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class _Models:
    """The models of LUT cells and of positions."""

    luts: LutModel
    positions: PositionModel

    def cells(self, facts: LayerFacts) -> np.ndarray:
        """(2,) LUT cells and positions of a layer."""
        return np.array([self.luts.luts(facts), self.positions.positions(facts)])


@dataclass(frozen=True)
class _Live:
    """A weight layer as far as hardware keeps it.

    Args:
        layer: the weights.
        output_bits: of the activations that follow; None for logits.
        inputs: bounds (…, inputs) of its inputs.
        registers: (…, outputs), bits registered after each neuron; 0 where the neuron is constant
            or no logit depends on it.
    """

    layer: Layer
    output_bits: int | None
    inputs: Interval
    registers: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """(…, outputs) bool."""
        return self.registers > 0

    def cells(self, models: _Models) -> np.ndarray:
        """(2,) LUT cells and positions, by models."""
        return models.cells(_facts(self))


@dataclass(frozen=True)
class _Comparators:
    """A thermometer as far as hardware keeps it.

    Args:
        layer: the levels.
        inputs: bounds (…, features) of its inputs.
        registers: (…, bits), 1 for each bit that changes and that a logit depends on.
    """

    layer: Thermometer
    inputs: Interval
    registers: np.ndarray

    def cells(self, _: _Models) -> np.ndarray:
        """(2,) LUT cells of the comparators, built and counted; each takes a position."""
        return np.full(2, encoder_luts(self.layer, self.inputs, self.kept), float)

    @property
    def kept(self) -> np.ndarray:
        """(…, bits) bool."""
        return self.registers > 0


def estimate(
    network: IntegerNetwork,
    model: LutModel | None = None,
    position_model: PositionModel | None = None,
) -> Estimate:
    """LUTs, positions and flip-flops with one register stage a layer, written for `cells`.

    Args:
        network: what hardware must compute.
        model: of LUTs; by default the fitted one that comes with the package.
        position_model: of positions; likewise.

    Raises:
        ValueError: for a kind of layer that RTL does not have.
    """
    models = _Models(model or fitted_model(), position_model or fitted_position_model())
    if streams(network):
        return _stream_estimate(plan_stream(network), models)
    live = list(_live_layers(network))
    registers = sum(int(layer.registers.sum()) + 1 for layer in live)
    cells = [layer.cells(models) for layer in live]
    luts, positions = map(round, sum(cells, np.zeros(2)).tolist())
    encoders = (n for n, layer in zip(cells, live, strict=True) if isinstance(layer, _Comparators))
    by_layer = tuple((found.layer, float(n[0])) for found, n in zip(live, cells, strict=True))[::-1]
    return Estimate(luts, registers, positions, round(sum(n[0] for n in encoders)), by_layer)


def layer_facts(network: IntegerNetwork) -> tuple[LayerFacts, ...]:
    """Facts of every weight layer, without what hardware leaves out.

    Constant neurons and those that no logit depends on have fan-in 0.  A signed digit of a weight
    counts as much as its input has bits that can change: half a weight, where one of two can.
    Every output position has neurons of its own, but in convolutional networks, before the image
    is collected: there all positions share them, and nothing is left out.

    Raises:
        ValueError: for a kind of layer that RTL does not have.
    """
    if streams(network):
        plan = plan_stream(network)
        return (*_pixel_facts(plan), *layer_facts(plan.tail))
    live = (layer for layer in _live_layers(network) if isinstance(layer, _Live))
    return tuple(_facts(layer) for layer in live)[::-1]


def _pixel_facts(plan: StreamPlan) -> Iterator[LayerFacts]:
    """Facts of the layers before the collected image; each neuron is there once."""
    for step in plan.steps:
        if not (step.pools or step.moves):
            matrix = step.matrix
            # Places that branches are shifted by cost nothing.
            digits = digit_counts(matrix) if matrix.dtype == np.int8 else matrix != 0
            yield LayerFacts(
                weights=matrix.size,
                fan_ins=tuple(digits.sum(axis=0).tolist()),
                input_bits=step.bits,
                output_bits=None if step.threshold is None else step.threshold.bits,
            )


def _stream_estimate(plan: StreamPlan, models: _Models) -> Estimate:
    """Pools are built and counted; buffers count every bit that they hold or mask, no counters."""
    rest = estimate(plan.tail, models.luts, models.positions)
    facts = _pixel_facts(plan)
    cells = np.array([rest.luts, rest.positions], float)
    registers = sum(buffer.registers for buffer in plan.buffers) + rest.ffs
    by_layer: list[tuple[Layer, float]] = []
    for step in plan.steps:
        own = np.full(2, 0 if step.buffer is None else step.buffer.masked, float)
        if step.pools:
            stage = pool_stage(step).stages[0]
            own += stage.netlist.luts, stage.netlist.positions
            registers += len(stage.registered)
        elif not step.moves:
            own += models.cells(next(facts))
            registers += step.outputs.width
        cells += own
        by_layer.append((step.layer, float(own[0])))
    luts, positions = map(round, cells.tolist())
    registers += sum(not step.moves for step in plan.steps)
    return Estimate(luts, registers, positions, by_layer=(*by_layer, *rest.by_layer))


def _live_layers(network: IntegerNetwork) -> Iterator[_Live | _Comparators]:
    """From the last weight layer back."""
    if not network.is_sequence:
        raise ValueError("estimates are of layers one after another. Received: branches")
    ranges = [network.input.bounds(), *network.ranges()]
    used = np.ones(network.classes, bool)
    logit_width = logit_bits(network)
    for position in reversed(range(len(network.layers))):
        layer = network.layers[position]
        if layer.role is Role.WEIGHTED and layer.windows is None:
            after = network.layers[position + 1]
            live = _live(layer, after, ranges[position : position + 3], used, logit_width)
            yield live
            used = live.kept.astype(np.int64) @ (layer.weights.T != 0) > 0
        elif layer.role is Role.ENCODER:
            registers = _changing_bits(ranges[position + 1]) * used
            yield _Comparators(layer, ranges[position], registers)
            used = registers @ layer.copies(ranges[position][0].shape[-1]).weights.T > 0
        elif layer.role is Role.SHAPE:
            used = used.reshape(ranges[position][0].shape)
        elif layer.role not in (Role.ACTIVATION, Role.OUTPUT):
            raise ValueError(
                "estimates know dense, threshold, thermometer, flatten, reshape and head layers. "
                f"Received: {layer.kind}"
            )


def _live(
    layer: Layer, after: Layer, ranges: list[Interval], used: np.ndarray, logit_width: int
) -> _Live:
    inputs, sums, outputs = ranges
    registers = _changing_bits(outputs) * used
    if after.role is Role.OUTPUT:
        # All logits are as wide as the widest; sign bits are not shared.
        registers = np.where(registers > 0, logit_width, 0)
        return _Live(layer, None, inputs, registers)
    # A sum of two values is one bit, whatever two activations it leads to.
    registers = np.minimum(registers, sums[1] - sums[0])
    return _Live(layer, after.bits, inputs, registers)


def _facts(live: _Live) -> LayerFacts:
    bits = _changing_bits(live.inputs)
    input_bits = max(int(bits.max()), 1)
    fan_ins = (bits @ digit_counts(live.layer.weights)) * live.kept / input_bits
    return LayerFacts(
        weights=live.layer.weights.shape[0] * fan_ins.size,
        fan_ins=tuple(fan_ins.reshape(-1).tolist()),
        input_bits=input_bits,
        output_bits=live.output_bits,
    )


def _changing_bits(interval: Interval) -> np.ndarray:
    """How many bits are not the same in all two's complement integers between the bounds."""
    lowest, highest = interval
    across_zero = (lowest < 0) & (highest >= 0)
    spread = np.where(across_zero, 2 * np.maximum(highest, -lowest - 1) + 1, lowest ^ highest)
    return np.ceil(np.log2(spread + 1.0)).astype(np.int64)
