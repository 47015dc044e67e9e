"""The Verilog as an RTL black box of Vitis HLS: a module with its handshake, and a C model.

Ports, handshake and the description are those of AMD's UG1399, "Adding RTL Blackbox Functions".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    from hls_projects.rtl.design import RtlDesign

MODULE = """\
// Generated.  `top` behind the handshake ap_ctrl_chain: a sample a cycle, {latency} cycles later.
module {name}(
    input ap_clk,
    input ap_rst,
    input ap_ce,
    input ap_start,
    input ap_continue,
    output ap_idle,
    output ap_ready,
    output ap_done,
    input [{x_high}:0] x,
    output [{y_high}:0] y,
    output y_ap_vld
);
// Which register stages hold a sample; the oldest one stands highest.
reg [{latency}:1] held = 0;
wire moves = ap_ce & (ap_continue | ~held[{latency}]);
always @(posedge ap_clk)
    if (ap_rst) held <= 0;
    else if (moves) held <= {shifted};
assign ap_ready = ap_start & moves;
assign ap_idle = ~ap_start & ~|held;
assign ap_done = held[{latency}];
assign y_ap_vld = held[{latency}];
top network(.clk(ap_clk), .ce(moves), .in_valid(ap_start), .x(x), .out_valid(), .y(y));
endmodule
"""
HEADER = """\
// Generated.  x: {inputs} integers of {input_bits} bits, the first one lowest; y: {classes} logits
// of {logit_bits} bits, two's complement, the first one lowest.
#ifndef {name}_h
#define {name}_h
#include "ap_int.h"
void {name}(ap_uint<{x_bits}> x, ap_uint<{y_bits}> *y);
#endif
"""
MODEL = """\
// Generated.  The C model: the HLS project of the same network.
#include "{name}.h"
#include "{project}.h"

void {name}(ap_uint<{x_bits}> x, ap_uint<{y_bits}> *y) {{
    input_t numbers[{inputs}];
    result_t logits[{classes}];
    for (int i = 0; i < {inputs}; i++)
        numbers[i].range() = x.range({input_bits} * i + {input_bits} - 1, {input_bits} * i);
    {project}(numbers, logits);
    for (int i = 0; i < {classes}; i++)
        y->range({logit_bits} * i + {logit_bits} - 1, {logit_bits} * i) =
            ap_int<{logit_bits}>(logits[i]).range();
}}
"""
README = """\
# {name} as an RTL black box of Vitis HLS

Call `{name}(x, &y)` of `{name}.h` in your own C++, and add the box before synthesis:

    add_files -blackbox {name}.json

- `x` holds {inputs} integers of {input_bits} bits of the network's input format, the first one
  lowest.  `y` gets {classes} logits of {logit_bits} bits, two's complement.
- C simulation runs `{name}.cpp`, which calls the HLS project in `../hls`; synthesis takes
  `{name}.v` and `network.v`.
- A sample every clock cycle, {latency} cycles of latency.

It was written from AMD's UG1399.  The Verilog was simulated with random pauses, and the C model
was compiled; neither was tried in Vitis.
"""


def with_clock_enable(verilog: str) -> str:
    """Written Verilog whose registers all wait while a port `ce` of every module is 0."""
    for found, put in (
        ("    input clk,\n", "    input clk,\n    input ce,\n"),
        ("always @(posedge clk) ", "always @(posedge clk) if (ce) "),
        (".clk(clk)", ".clk(clk), .ce(ce)"),
    ):
        verilog = verilog.replace(found, put)
    return verilog


def write_blackbox(design: RtlDesign, folder: Path, *, project: str) -> Path:
    """Writes folder/NAME.v, network.v, NAME.h, NAME.cpp, NAME.json and README.md.

    Args:
        design: Verilog that takes a sample in one clock cycle.
        folder: made if it is not there; beside the HLS project's `hls`.
        project: top function of that; NAME is `project` with `_rtl` after it.

    Returns:
        The description, NAME.json.

    Raises:
        ValueError: for a design that takes a pixel a clock cycle.
    """
    if design.pixels > 1:
        raise ValueError(
            "`--wrapper hls` is of Verilog that takes a sample in one clock cycle. Received: "
            f"a stream of {design.pixels} pixels"
        )
    name = f"{project}_rtl"
    x_bits, y_bits = design.inputs * design.input_bits, design.classes * design.logit_bits
    known = vars(design) | {
        "name": name, "project": project, "x_bits": x_bits, "y_bits": y_bits,
        "x_high": x_bits - 1, "y_high": y_bits - 1,
        "shifted": f"{{held[{design.latency - 1}:1], ap_start}}" if design.latency > 1
        else "ap_start",
    }
    described = json.dumps(_description(design, name), indent=2) + "\n"
    for file, text in (
        (f"{name}.v", MODULE.format(**known)),
        ("network.v", with_clock_enable(design.verilog.read_text(encoding="utf-8"))),
        (f"{name}.h", HEADER.format(**known)),
        (f"{name}.cpp", MODEL.format(**known)),
        ("README.md", README.format(**known)),
        (f"{name}.json", described),
    ):
        write_atomically(folder / file, text)
    return folder / f"{name}.json"


def _description(design: RtlDesign, name: str) -> dict[str, object]:
    """The JSON file of a black box."""
    chain = "ap_ctrl_chain_protocol"
    firmware = "../hls/firmware"
    project = name.removesuffix("_rtl")
    cflag = f"-I{firmware} -std=c++14"
    return {
        "c_function_name": name,
        "rtl_top_module_name": name,
        "c_files": [
            {"c_file": f"{name}.cpp", "cflag": cflag},
            {"c_file": f"{firmware}/{project}.cpp", "cflag": cflag},
        ],
        "rtl_files": [f"{name}.v", "network.v"],
        "c_parameters": [
            {"c_name": "x", "c_port_direction": "in", "rtl_ports": {"data_read_in": "x"}},
            {"c_name": "y", "c_port_direction": "out",
             "rtl_ports": {"data_write_out": "y", "data_write_valid": "y_ap_vld"}},
        ],
        "rtl_common_signal": {
            "module_clock": "ap_clk",
            "module_reset": "ap_rst",
            "module_clock_enable": "ap_ce",
            f"{chain}_idle": "ap_idle",
            f"{chain}_start": "ap_start",
            f"{chain}_ready": "ap_ready",
            f"{chain}_done": "ap_done",
            f"{chain}_continue": "ap_continue",
        },
        "rtl_performance": {"latency": str(design.latency), "II": "1"},
        "rtl_resource_usage": {
            "FF": str(design.ffs + design.latency), "LUT": str(design.luts), "BRAM": "0",
            "URAM": "0", "DSP": "0",
        },
    }
