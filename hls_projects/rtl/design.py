"""Verilog of an integer network, and what it consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hls_projects.families import XILINX, Family, Goal, family_named
from hls_projects.logic.bits import Bit
from hls_projects.logic.delays import shortest_period
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.emit.stream_verilog import HEADER as STREAM_HEADER
from hls_projects.rtl.emit.stream_verilog import stream_top
from hls_projects.rtl.emit.verilog import HEADER, layer_module, top_module
from hls_projects.rtl.feasible import check_feasible
from hls_projects.rtl.pipeline.clocking import clocked
from hls_projects.rtl.pipeline.pipelining import pipelined
from hls_projects.rtl.pipeline.stages import (
    REGISTERED,
    Pipeline,
    RegisterStage,
    build_pipeline,
)
from hls_projects.rtl.stream.stream_plan import streams
from hls_projects.rtl.stream.streaming import Stream, build_stream
from hls_projects.rtl.stream.time_multiplexed_dense import TimeMultiplexedDense
from qkeras_models.files.atomic_write import write_atomically


@dataclass(frozen=True)
class RtlDesign:
    """A written design; the counts are those of our own netlist.

    Attributes:
        verilog: the source file; its top module is `top`.  None where it is only counted.
        inputs, input_bits: integers of a sample, and bits of each.
        classes, logit_bits: logits, and bits of each.
        latency: clock cycles from in_valid to out_valid; of an image without gaps that no other
            follows at once.
        luts, carries, ffs: LUT cells (sizes 1 to 6 and LUT6_2 each counting one), CARRY4 cells,
            flip-flops.  For ecp5 LUT4s without those of carry cells, and CCU2C cells.
        luts_per_layer: LUT cells of each layer (of each stage of a streaming network), the head
            last; like `luts` without time-multiplexed layers, whose logic synthesis makes.
        encoder_luts: of `luts`, those of the first layer where it compares the inputs with
            constants: a thermometer, or levels of raw values.
        period: shortest clock period in ns by the delays of the target, a model; None with
            time-multiplexed layers, whose logic synthesis makes.
        pixels: clock cycles in which a sample enters: 1, or one for each pixel of an image.
        buffer_bits: of `ffs`, bits of shift registers: lines, and the collected image.
        rom_bits: of time-multiplexed layers, their weights and thresholds.
        depth: images after an image that may make its result later; see StreamPlan.
        positions: LUT positions that those take, by our own count; None where hardware of the
            target has other rules.
        format: of the inputs; None where the Verilog is not of an integer network.
    """

    verilog: Path | None
    inputs: int
    input_bits: int
    classes: int
    logit_bits: int
    latency: int
    luts: int
    carries: int
    ffs: int
    luts_per_layer: tuple[int, ...]
    encoder_luts: int = 0
    period: float | None = None
    pixels: int = 1
    buffer_bits: int = 0
    rom_bits: int = 0
    depth: int = 1
    format: InputFormat | None = None
    positions: int | None = None

    @property
    def fmax_mhz(self) -> float | None:
        """Highest clock frequency, 1000 / period."""
        return self.period and 1000.0 / self.period

    @property
    def latency_ns(self) -> float | None:
        """latency · period."""
        return self.period and self.latency * self.period

    @property
    def inputs_a_cycle(self) -> int:
        """Integers that enter in a clock cycle."""
        return self.inputs // self.pixels


def write_rtl(
    network: IntegerNetwork,
    folder: Path,
    *,
    target: Family | str = XILINX,
    optimize: Goal | str = Goal.CELLS,
    clock_period: float | None = None,
    stage_delay: float | None = None,
    time_multiplex: bool = False,
) -> RtlDesign:
    """Writes folder/top.v, atomically: modules `layer_1` … and `top`, a pipeline register each.

    One sample a clock cycle; a neuron's ternary sum is a compressor, its threshold a function of
    the few bits that the compressor leaves.  Unused inputs and constant neurons take no cells.

    Args:
        network: what to compute.
        folder: made if it is not there.
        target: xilinx, with counters of LUT and CARRY4 primitives; ecp5, with counters of CCU2C
            primitives, other logic as expressions; generic, truth tables as expressions, which
            any synthesis tool reads.
        optimize: cells, area, balanced or speed, see hls_projects.families.Goal.
        clock_period: in ns, > 0: register stages for this clock by the delays of the target, as
            few as will do, within layers and over several.  None: one stage a layer.
        stage_delay: longest delay of a pipeline stage in ns, > 0, by the delays of the target;
            layers that take longer are cut, none are joined.  Not with `clock_period`.
        time_multiplex: of a convolutional network, dense layers after the image take as many cycles
            as it has pixels, with their weights in a ROM: as many images a second at a fraction
            of the LUTs.  The first ones, as long as they have more nonzeros than an image has
            pixels, but not the last layer.

    Raises:
        ValueError: for another target or goal, a clock_period or stage_delay of 0 or less, or
            both of them, a kind of layer that RTL does not have, or layers to time-multiplex where
            there are none, or one of more neurons than an image has pixels.
    """
    family = family_named(target).optimized(optimize)
    cut = _cutter(family, clock_period, stage_delay)
    logic = _cut(_built(network, family, time_multiplex), cut)
    design = _described(logic, network, family, Path(folder) / "top.v")
    if isinstance(logic, Stream):
        moving = [module.module() for module in logic.modules]
        header, top = STREAM_HEADER, stream_top(logic)
    else:
        header, top, moving = HEADER, top_module(logic), []
    modules = [layer_module(stage, family) for stage in logic.stages]
    header = header.format(**vars(design), inputs_a_cycle=design.inputs_a_cycle)
    write_atomically(design.verilog, "\n".join([header, *moving, *modules, top]))
    return design


def count_rtl(
    network: IntegerNetwork,
    clock_periods: Sequence[float | None],
    *,
    target: Family | str = XILINX,
    optimize: Goal | str = Goal.CELLS,
) -> list[RtlDesign]:
    """What `write_rtl` would write for each of some clocks; nothing is written.

    Logic, which takes the time, is made once.

    Args:
        clock_periods: as write_rtl takes them.
        network, target, optimize: as for write_rtl.

    Raises:
        ValueError: as write_rtl.
    """
    family = family_named(target).optimized(optimize)
    cuts = [_cutter(family, period, None) for period in clock_periods]
    logic = _built(network, family, time_multiplex=False)
    return [_described(_cut(logic, cut), network, family, None) for cut in cuts]


def _built(network: IntegerNetwork, family: Family, time_multiplex: bool) -> Pipeline | Stream:
    """The logic of a network, one register stage a layer."""
    check_feasible(network, time_multiplex)
    if streams(network):
        return build_stream(network, family, time_multiplex)
    return build_pipeline(network, family)


Cut = Callable[[Sequence[RegisterStage]], tuple[RegisterStage, ...]]


def _cutter(family: Family, clock_period: float | None, stage_delay: float | None) -> Cut:
    """How the stages of layers become register stages."""
    if clock_period is not None and stage_delay is not None:
        raise ValueError("`clock_period` and `stage_delay` cannot both be given. Received: "
                         f"{clock_period!r}, {stage_delay!r}")
    if clock_period is not None:
        return lambda stages: clocked(stages, family, clock_period)
    if stage_delay is None:
        return tuple
    return lambda stages: tuple(
        part for stage in stages for part in pipelined(stage, family, stage_delay)
    )


def _cut(logic: Pipeline | Stream, cut: Cut) -> Pipeline | Stream:
    """The same logic with other register stages."""
    if not isinstance(logic, Stream):
        return replace(logic, stages=cut(logic.stages))
    stages = [replace(stage, stages=cut(stage.stages)) for stage in logic.stages_of_pixels]
    return logic.with_stages(stages, replace(logic.tail, stages=cut(logic.tail.stages)))


def _described(
    logic: Pipeline | Stream, network: IntegerNetwork, family: Family, verilog: Path | None
) -> RtlDesign:
    if isinstance(logic, Stream):
        return _describe_stream(logic, network, family, verilog)
    return _describe(logic.stages, logic.logits, network, family, verilog)


def _describe(
    stages: Sequence[RegisterStage],
    logits: Sequence[Sequence[Bit]],
    network: IntegerNetwork,
    family: Family,
    verilog: Path | None,
) -> RtlDesign:
    netlists = [stage.netlist for stage in stages]
    latency = sum(stage.clocked for stage in stages)
    luts = [0] * stages[-1].layer
    for stage in stages:
        netlist = stage.netlist
        luts[stage.layer - 1] += family.luts.count(netlist)
    return RtlDesign(
        verilog=verilog,
        inputs=int(np.prod(network.input.shape)),
        input_bits=network.input.bits,
        classes=network.classes,
        logit_bits=len(logits[0]),
        latency=latency,
        luts=sum(luts),
        carries=sum(family.chain.cells(netlist) for netlist in netlists),
        ffs=latency + sum(len(stage.registered) for stage in stages if stage.clocked),
        period=shortest_period([(s.netlist, s.clocked) for s in stages], family.delays),
        luts_per_layer=tuple(luts),
        encoder_luts=luts[0] if network.layers[0].role in REGISTERED else 0,
        format=network.input,
        positions=sum(n.positions for n in netlists) if family.luts.instantiated else None,
    )


def _describe_stream(
    stream: Stream, network: IntegerNetwork, family: Family, verilog: Path | None
) -> RtlDesign:
    design = _describe(stream.stages, stream.tail.logits, network, family, verilog)
    multiplexed = [module for module in stream.modules if isinstance(module, TimeMultiplexedDense)]
    return replace(
        design,
        pixels=stream.plan.pixels,
        latency=stream.latency(),
        buffer_bits=sum(buffer.bits for buffer in stream.plan.buffers),
        ffs=design.ffs + sum(module.registers for module in stream.modules),
        period=None if multiplexed else design.period,
        rom_bits=sum(layer.rom_bits for layer in multiplexed),
        depth=stream.plan.depth,
    )
