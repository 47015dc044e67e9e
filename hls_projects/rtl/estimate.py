"""LUTs, positions and flip-flops of a network's Verilog at once, without writing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.logic.signed_digits import digit_counts
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.estimation.cells import Models, comparisons, sums_facts
from hls_projects.rtl.estimation.live import live_parts
from hls_projects.rtl.feasible import check_unrolled
from hls_projects.rtl.stream.line_buffer import LineBuffer
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
        ValueError: for a network that RTL does not have.
    """
    models = Models(model or fitted_model(), position_model or fitted_position_model())
    if streams(network):
        return _stream_estimate(plan_stream(network), models)
    return _estimate_at_once(network, models)


def _estimate_at_once(network: IntegerNetwork, models: Models) -> Estimate:
    check_unrolled(network)
    live = live_parts(network)
    cells: dict[int, np.ndarray] = {}
    encoders = 0.0
    for end, facts in sums_facts(live):
        cells[end.named] = cells.get(end.named, 0) + models.cells(facts)
    for end in live.ends:
        if end.layer.role in (Role.ENCODER, Role.POOL):
            own = comparisons(end, live)
            cells[end.named] = cells.get(end.named, 0) + own
            encoders += own[0] * (end.layer.role is Role.ENCODER)
    luts, positions = map(round, sum(cells.values(), np.zeros(2)).tolist())
    by_layer = tuple((network.layers[i], float(own[0])) for i, own in sorted(cells.items()))
    return Estimate(luts, live.ffs, positions, round(encoders), by_layer)


def layer_facts(network: IntegerNetwork) -> tuple[LayerFacts, ...]:
    """Facts of the sums that each activation or head takes, without what hardware leaves out.

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
    return tuple(facts for _, facts in sums_facts(live_parts(network)))


def _pixel_facts(plan: StreamPlan) -> Iterator[LayerFacts]:
    """Facts of the layers before the collected image; each neuron is there once."""
    for step in plan.steps:
        if not (step.pools or step.moves):
            matrix = step.matrix
            yield LayerFacts(
                weights=matrix.size,
                fan_ins=tuple(digit_counts(matrix).sum(axis=0).tolist()),
                input_bits=step.bits,
                output_bits=None if step.threshold is None else step.threshold.bits,
            )


def _stream_estimate(plan: StreamPlan, models: Models) -> Estimate:
    """Pools are built and counted; buffers count every bit that they hold, and windows counters."""
    rest = _estimate_at_once(plan.tail, models)
    facts = _pixel_facts(plan)
    cells = np.array([rest.luts, rest.positions], float)
    registers = sum(buffer.registers for buffer in plan.buffers) + rest.ffs
    by_layer: list[tuple[Layer, float]] = []
    for step in plan.steps:
        own = np.array(step.buffer.cells if isinstance(step.buffer, LineBuffer) else (0.0, 0.0))
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
    by_layer += rest.by_layer
    return Estimate(luts, registers, positions, rest.encoder_luts, tuple(by_layer))
