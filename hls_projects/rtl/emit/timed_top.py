"""A top that a vendor's tool can time: registers on both sides, and the class of the logits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    from hls_projects.rtl.design import RtlDesign

NAME = "timed_top"
MODULE = """\
// Generated.  Registers before and after `top`: every path of it is one between registers.
// `class` is the index of the largest logit, the lowest of equal ones; of one logit, whether it is
// above 0.  It belongs to the x of {latency} rising edges before{latency_note}.
module {name}(
    input clk,
    input in_valid,
    input [{x_high}:0] x,
    output out_valid,
    output [{class_high}:0] class
);

reg given = 1'b0;
reg [{x_high}:0] x_0;
wire found;
wire [{y_high}:0] y;

always @(posedge clk) begin
    given <= in_valid;
    x_0 <= x;
end

top network(.clk(clk), .in_valid(given), .x(x_0), .out_valid(found), .y(y));

{body}

endmodule
"""
# Vivado and Quartus read the same words.
CLOCK = "create_clock -name clk -period {period} [get_ports clk]\n"


def rounds(classes: int) -> int:
    """Register stages of the class: one a round of pairs, one at least."""
    return max(1, math.ceil(math.log2(classes)))


def timed_top(design: RtlDesign) -> str:
    """Verilog of module `timed_top`, whose module `top` stands in the design's own file."""
    latency = design.latency + 1 + rounds(design.classes)
    return MODULE.format(
        name=NAME,
        latency=latency,
        latency_note="" if design.pixels == 1 else ", if no other image follows",
        x_high=design.inputs_a_cycle * design.input_bits - 1,
        y_high=design.classes * design.logit_bits - 1,
        class_high=class_bits(design) - 1,
        body="\n".join(_tournament(design)),
    )


def class_bits(design: RtlDesign) -> int:
    """Bits of the class; one of a yes-or-no question."""
    return max(1, math.ceil(math.log2(design.classes)))


def write_timed_top(design: RtlDesign, period: float) -> Path:
    """Writes timed_top.v and its constraints, for Vivado (.xdc) and Quartus (.sdc).

    Args:
        design: the Verilog.
        period: of the clock, ns, > 0.

    Returns:
        timed_top.v.
    """
    verilog = design.verilog.with_name(f"{NAME}.v")
    write_atomically(verilog, timed_top(design))
    for suffix in (".xdc", ".sdc"):
        write_atomically(verilog.with_suffix(suffix), CLOCK.format(period=f"{period:g}"))
    return verilog


def _tournament(design: RtlDesign) -> Iterator[str]:
    """Rounds of pairs, a register after each: the larger logit and its number go on."""
    width, bits = design.logit_bits, class_bits(design)
    if design.classes == 1:
        yield "reg [0:0] is_above;"
        yield "reg decided = 1'b0;"
        yield "always @(posedge clk) begin"
        yield f"    is_above <= !y[{width - 1}] && |y;"
        yield "    decided <= found;"
        yield "end"
        yield "assign out_valid = decided;"
        yield "assign class = is_above;"
        return
    players = [
        (f"$signed(y[{width * (i + 1) - 1}:{width * i}])", f"{bits}'d{i}")
        for i in range(design.classes)
    ]
    valid = "found"
    for number in range(rounds(design.classes)):
        following = []
        yield f"reg valid_{number} = 1'b0;"
        yield f"always @(posedge clk) valid_{number} <= {valid};"
        for pair in range(0, len(players), 2):
            (best, index), *others = players[pair : pair + 2]
            names = f"best_{number}_{pair // 2}", f"index_{number}_{pair // 2}"
            yield f"reg signed [{width - 1}:0] {names[0]};"
            yield f"reg [{bits - 1}:0] {names[1]};"
            yield "always @(posedge clk) begin"
            if others:
                (other, other_index) = others[0]
                yield f"    {names[0]} <= {other} > {best} ? {other} : {best};"
                yield f"    {names[1]} <= {other} > {best} ? {other_index} : {index};"
            else:
                yield f"    {names[0]} <= {best};"
                yield f"    {names[1]} <= {index};"
            yield "end"
            following.append(names)
        players, valid = following, f"valid_{number}"
    yield f"assign out_valid = {valid};"
    yield f"assign class = {players[0][1]};"
