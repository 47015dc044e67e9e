"""Verilog of an integer network, and what it consists of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hls_projects.integer_network import IntegerNetwork
from hls_projects.rtl.ccu2c_verilog import ccu2c_cells
from hls_projects.rtl.pipelining import pipelined
from hls_projects.rtl.stages import Pipeline, build_pipeline
from hls_projects.rtl.target import Target
from hls_projects.rtl.verilog import HEADER, layer_module, top_module
from qkeras_models.atomic_write import write_atomically


@dataclass(frozen=True)
class RtlDesign:
    """A written design; the counts are those of our own netlist.

    Attributes:
        verilog: the source file; its top module is `top`.
        inputs, input_bits: integers of a sample, and bits of each.
        classes, logit_bits: logits, and bits of each.
        latency: clock cycles from in_valid to out_valid.
        luts, carries, ffs: LUT cells (sizes 1 to 6 and LUT6_2 each counting one), CARRY4 cells,
            flip-flops.  For ecp5 LUT4s without those of carry cells, and CCU2C cells.
        luts_per_layer: LUT cells of each layer, the head last.
    """

    verilog: Path
    inputs: int
    input_bits: int
    classes: int
    logit_bits: int
    latency: int
    luts: int
    carries: int
    ffs: int
    luts_per_layer: tuple[int, ...]


def write_rtl(
    network: IntegerNetwork,
    folder: Path,
    *,
    target: Target | str = Target.XILINX,
    stage_delay: float | None = None,
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
        stage_delay: longest delay of a pipeline stage in ns, > 0, by the DELAYS of the target;
            layers that take longer are cut.  None: one stage a layer.

    Raises:
        ValueError: for another target, a stage_delay of 0 or less, or a kind of layer that RTL
            does not have.
    """
    target = Target.named(target)
    pipeline = build_pipeline(network, target)
    if stage_delay is not None:
        stages = [pipelined(stage, target, stage_delay) for stage in pipeline.stages]
        pipeline = replace(pipeline, stages=tuple(part for parts in stages for part in parts))
    design = _describe(pipeline, network, target, Path(folder) / "top.v")
    modules = [
        layer_module(stage, primitives=target is Target.XILINX) for stage in pipeline.stages
    ]
    header = HEADER.format(**vars(design))
    write_atomically(design.verilog, "\n".join([header, *modules, top_module(pipeline)]))
    return design


def _describe(
    pipeline: Pipeline, network: IntegerNetwork, target: Target, verilog: Path
) -> RtlDesign:
    netlists = [stage.netlist for stage in pipeline.stages]
    latency = len(netlists)
    luts = [0] * pipeline.stages[-1].layer
    for stage in pipeline.stages:
        netlist = stage.netlist
        luts[stage.layer - 1] += netlist.lut4s if target is Target.ECP5 else netlist.luts
    return RtlDesign(
        verilog=verilog,
        inputs=int(np.prod(network.input.shape)),
        input_bits=network.input.bits,
        classes=network.classes,
        logit_bits=len(pipeline.logits[0]),
        latency=latency,
        luts=sum(luts),
        carries=sum(netlist.carries + ccu2c_cells(netlist) for netlist in netlists),
        ffs=latency + sum(len(stage.registered) for stage in pipeline.stages),
        luts_per_layer=tuple(luts),
    )
