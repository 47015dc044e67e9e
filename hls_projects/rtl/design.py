"""Verilog of an integer network, and what it consists of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hls_projects.integer_network import IntegerNetwork
from hls_projects.rtl.ccu2c_verilog import ccu2c_cells
from hls_projects.rtl.stages import Pipeline, build_pipeline
from hls_projects.rtl.target import Target
from hls_projects.rtl.verilog import HEADER, layer_module, top_module


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
        luts_per_layer: LUT cells of each pipeline stage.
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
    network: IntegerNetwork, folder: Path, *, target: Target | str = Target.XILINX
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

    Raises:
        ValueError: for another target, or a kind of layer that RTL does not have.
    """
    target = Target.named(target)
    pipeline = build_pipeline(network, target)
    design = _describe(pipeline, network, target, Path(folder) / "top.v")
    modules = [
        layer_module(stage, number, primitives=target is Target.XILINX)
        for number, stage in enumerate(pipeline.stages, 1)
    ]
    header = HEADER.format(**vars(design))
    _write(design.verilog, "\n".join([header, *modules, top_module(pipeline)]))
    return design


def _describe(
    pipeline: Pipeline, network: IntegerNetwork, target: Target, verilog: Path
) -> RtlDesign:
    netlists = [stage.netlist for stage in pipeline.stages]
    latency = len(netlists)
    luts = tuple(n.lut4s if target is Target.ECP5 else n.luts for n in netlists)
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
        luts_per_layer=luts,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
