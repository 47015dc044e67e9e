"""README files beside the HLS project and the Verilog: how to take them into a vendor's tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hls_projects.families import GENERIC, Family
from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    from hls_projects.rtl import RtlDesign

PORTS = """\
# Verilog of the network

`top.v` is all that hardware needs: Verilog-2005, one module a layer and `top`. {primitives}

| port | bits | meaning |
|---|---|---|
| `clk` | 1 | everything happens at its rising edge |
| `in_valid` | 1 | `x` holds a sample |
| `x` | {x_bits} | {inputs} integers of {input_bits} bits, the first one lowest |
| `out_valid` | 1 | `in_valid` of {latency} cycles before |
| `y` | {y_bits} | {classes} logits of {logit_bits} bits, two's complement, the first one lowest |

A sample may enter every cycle (II = 1); there is no back pressure and no reset. {decision}
The input integers are those of the network's input format: see `network.npz`.
"""

STREAM_PORTS = """\
# Verilog of the network

`top.v` is all that hardware needs: Verilog-2005, one module a line buffer, one a layer, and `top`.
{primitives}

| port | bits | meaning |
|---|---|---|
| `clk` | 1 | everything happens at its rising edge |
| `in_valid` | 1 | `x` holds a pixel |
| `x` | {x_bits} | {inputs_a_cycle} integers of {input_bits} bits, the first channel lowest |
| `out_valid` | 1 | `y` holds the logits of an image |
| `y` | {y_bits} | {classes} logits of {logit_bits} bits, two's complement, the first one lowest |

{pixels} pixels make an image, row by row. A pixel may enter every cycle, images one right after
another, and there may be cycles without a pixel; there is no back pressure and no reset. The logits
of an image come {latency} cycles after its first pixel where its pixels come without gaps and no
other image follows at once. Where one does, results come as often as images enter, though some
cycles later where pixels of the next image push on those at an edge: wait for `out_valid`. The
class is the largest logit's. The input integers are those of the network's input format: see
`network.npz`.
"""

HLS = """\
# HLS project of the network

An hls4ml project for {backend}: `firmware/` holds the C++, `build_prj.tcl` the steps. Its top
function is `{project}`; it computes what Keras computes, on every {output}.

## C-simulation, synthesis, co-simulation

    {program} -f build_prj.tcl "csim=1 synth=1 cosim=1 export=1"

The report is `{project}_prj/solution1/syn/report/csynth.xml`; `convert.py --vendor` runs the
same and reads it.

## Vivado

With `export=1` the packed IP is in `{project}_prj/solution1/impl/ip`. Add that folder with
`set_property ip_repo_paths`, then place the core in a block design. For utilization after
synthesis alone: `vivado -mode batch -source vivado_synth.tcl`.

## Quartus

This C++ is written for {backend} HLS. For Quartus take the Verilog that `convert.py --generic-rtl`
writes to `rtl/generic/`.
"""

TESTBENCH = """\

## Timing

Module `timed_top` of `timed_top.v` has `top` between registers, and gives the class instead of the
logits. `timed_top.xdc` (Vivado) and `timed_top.sdc` (Quartus) hold its clock. No vendor's tool was
tried with them.

## Any simulator

`top_tb.v` gives `top` samples of the test set and compares every logit. It prints `PASS`, or what
differs. With Icarus Verilog: `iverilog -g2005-sv -s top_tb -o tb top_tb.v top.v{models} && vvp tb`.
"""
MODELS = """\
`cells_sim.v` are simulation models of the primitives: the vendor's, or those that come with Yosys
(`xilinx/cells_sim.v`, `ecp5/cells_sim.v`).
"""
LARGEST_LOGIT = "The class is the largest logit's."
ONE_LOGIT = "The class is whether the logit is above 0."
PROGRAMS = {"Vitis": "vitis_hls", "Vivado": "vivado_hls"}


def write_rtl_readme(design: RtlDesign, family: Family, period: float = 10.0) -> None:
    """README.md beside a design's Verilog.

    Args:
        design: what was written.
        family: that it is written for.
        period: of the clock, ns, for the example of a constraint.
    """
    text = (PORTS if design.pixels == 1 else STREAM_PORTS).format(
        primitives=family.primitives,
        x_bits=design.inputs_a_cycle * design.input_bits,
        y_bits=design.classes * design.logit_bits,
        inputs_a_cycle=design.inputs_a_cycle,
        decision=ONE_LOGIT if design.classes == 1 else LARGEST_LOGIT,
        **vars(design),
    )
    tools = family.tools.format(period=f"{period:g}")
    needs = " cells_sim.v" if family.primitives != GENERIC.primitives else ""
    testbench = TESTBENCH.format(models=needs)
    if needs:
        testbench += MODELS
    write_atomically(design.verilog.with_name("README.md"), text + testbench + tools)


def write_hls_readme(folder: Path, backend: str, project: str, argmax: bool = False) -> None:
    """README.md in an hls4ml project's folder, whose output may be the argmax of the logits."""
    name = backend.capitalize()
    output = "sample the index of the largest integer logit" if argmax else "integer logit"
    text = HLS.format(backend=name, project=project, program=PROGRAMS[name], output=output)
    write_atomically(folder / "README.md", text)
