"""The Verilog itself, simulated on test images, beside the logits of Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

Formats = list[list[int]]


def harness(inputs: Formats, outputs: Formats, stages: int) -> str:
    """Module `top` around da4ml's module `network`, with ports as hls_projects.rtl has them.

    Port x holds the inputs side by side, equally wide; port y every logit, sign-extended, at the
    finest fraction of all.

    Args:
        inputs, outputs: [signed, integer bits, fraction bits] of every value; those of no bits
            have no part in da4ml's ports.
        stages: register stages between da4ml's input and output registers, counting one of them.

    Raises:
        ValueError: for inputs of two widths.
    """
    taken = input_width(inputs)
    used = [f"x[{n * taken} +: {taken}]" for n, found in enumerate(inputs) if sum(found)]
    width, fraction = logit_format(outputs)
    lines, first = [], 0
    for place, (signed, integer, own) in enumerate(outputs):
        bits = signed + integer + own
        value = f"out[{first} +: {bits}]" if bits else "1'b0"
        extended = f"$signed({value})" if signed else f"$signed({{1'b0, {value}}})"
        lines.append(f"wire signed [{width - 1}:0] l{place} = {extended};")
        lines.append(f"assign y[{place * width} +: {width}] = l{place} <<< {fraction - own};")
        first += bits
    body = "\n".join(lines)
    return f"""\
module top(input clk, input in_valid, input [{taken * len(inputs) - 1}:0] x,
           output out_valid, output [{width * len(outputs) - 1}:0] y);
wire [{first - 1}:0] out;
reg [{stages}:0] valid;
always @(posedge clk) valid <= {{valid[{stages - 1}:0], in_valid}};
assign out_valid = valid[{stages}];
network network(.clk(clk), .model_inp({{{", ".join(reversed(used))}}}), .model_out(out));
{body}
endmodule
"""


def input_width(inputs: Formats) -> int:
    """Bits of an input.

    Raises:
        ValueError: for inputs of two formats; those of no bits are not used and may be there.
    """
    formats = {tuple(found) for found in inputs if sum(found)}
    if len(formats) != 1:
        raise ValueError(f"`inputs` must be of one format, or of no bits. Received: {formats}")
    return sum(formats.pop())


def logit_format(outputs: Formats) -> tuple[int, int]:
    """Bits of a logit in port y, and how many of them are fraction."""
    fraction = max(own for _, _, own in outputs)
    return 1 + max(integer for _, integer, _ in outputs) + fraction, fraction


def verilog_logits(
    verilog: Path, found: dict[str, Any], x: np.ndarray, folder: Path
) -> tuple[np.ndarray, int]:
    """Integer logits (samples, classes), at 2^fraction of logit_format, and the latency in cycles.

    Args:
        verilog: da4ml's, pipelined.
        found: export.json.
        x: integers (samples, …).
        folder: where the harness is written.
    """
    from hls_projects.rtl.cxxrtl.simulation import RtlSimulation
    from hls_projects.rtl.design import RtlDesign

    inputs, outputs = found["inputs"], found["outputs"]
    path = folder / "simulated.v"
    wrapped = harness(inputs, outputs, found["stages"])
    path.write_text(verilog.read_text(encoding="utf-8") + wrapped, encoding="utf-8")
    width, _ = logit_format(outputs)
    counts = {"luts": 0, "carries": 0, "ffs": 0, "luts_per_layer": ()}
    ports = len(inputs), input_width(inputs), len(outputs), width
    simulation = RtlSimulation(RtlDesign(path, *ports, found["stages"] + 1, **counts))
    logits = simulation.predict(x)
    return logits, simulation.latency
