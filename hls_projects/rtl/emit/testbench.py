"""A testbench beside the Verilog that checks itself, for any simulator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    from hls_projects.rtl.design import RtlDesign

TESTBENCH = """\
`timescale 1ns / 1ps
// Generated.  Gives {samples} samples to top.v and compares every logit with the integer network's.
// Prints PASS, or what differs.  In every fifth cycle there is no sample, and x must not matter.
module top_tb;

localparam SAMPLES = {samples};
localparam BEATS = {beats};
localparam LIMIT = {limit};

reg clk = 1'b0;
reg in_valid = 1'b0;
reg [{x_high}:0] x = {{{x_bits}{{1'b1}}}};
wire out_valid;
wire [{y_high}:0] y;
reg [{x_high}:0] given [0:BEATS - 1];
reg [{y_high}:0] wanted [0:SAMPLES - 1];
integer sent = 0;
integer seen = 0;
integer wrong = 0;
integer cycle = 0;

top dut(.clk(clk), .in_valid(in_valid), .x(x), .out_valid(out_valid), .y(y));

initial begin
    $readmemh("{x_file}", given);
    $readmemh("{y_file}", wanted);
end

always #5 clk = ~clk;

always @(negedge clk) begin
    if (out_valid !== 1'b0) begin
        if (seen < SAMPLES && y !== wanted[seen]) begin
            wrong = wrong + 1;
            if (wrong <= 10)
                $display("sample %0d: y is %h, expected %h", seen, y, wanted[seen]);
        end
        seen = seen + 1;
    end
    cycle = cycle + 1;
    in_valid = sent < BEATS && cycle % 5 != 0;
    x = in_valid ? given[sent] : {{{x_bits}{{1'b1}}}};
    if (in_valid)
        sent = sent + 1;
    if (cycle == LIMIT) begin
        if (wrong == 0 && seen == SAMPLES)
            $display("PASS: %0d samples, no logit differs", seen);
        else
            $display("FAIL: %0d of %0d samples differ, %0d results", wrong, SAMPLES, seen);
        $finish;
    end
end

endmodule
"""
# Samples of a testbench, and cycles beyond the last result's.
SAMPLES = 100
DRAIN = 100


def write_testbench(design: RtlDesign, x_int: np.ndarray, logits: np.ndarray) -> Path:
    """Writes top_tb.v, top_tb_x.hex and top_tb_y.hex beside the Verilog.

    Args:
        design: as written.
        x_int: integer inputs (samples, …).
        logits: integers (samples, classes) that they give.

    Returns:
        The testbench.

    Example:
        >>> design = write_rtl(network, folder)
        >>> write_testbench(design, x_int, network.predict_integers(x_int)).name
        'top_tb.v'
    """
    folder = design.verilog.parent
    samples, beats = len(x_int), len(x_int) * design.pixels
    x_bits = design.inputs_a_cycle * design.input_bits
    y_bits = design.classes * design.logit_bits
    files = folder / "top_tb_x.hex", folder / "top_tb_y.hex"
    _write_words(files[0], x_int.reshape(beats, design.inputs_a_cycle), design.input_bits)
    _write_words(files[1], logits.reshape(samples, design.classes), design.logit_bits)
    # A fifth of the cycles is idle; a stream may hold some images back.
    limit = 2 * beats + design.latency + 2 * design.depth * design.pixels + DRAIN
    text = TESTBENCH.format(
        samples=samples, beats=beats, limit=limit, x_bits=x_bits, x_high=x_bits - 1,
        y_high=y_bits - 1, x_file=files[0].name, y_file=files[1].name,
    )
    write_atomically(folder / "top_tb.v", text)
    return folder / "top_tb.v"


def _write_words(path: Path, integers: np.ndarray, bits: int) -> None:
    """A line of hexadecimal digits a row, the first integer lowest."""
    digits = -(-integers.shape[1] * bits // 4)
    planes = (integers.astype(np.int64)[:, :, None] >> np.arange(bits) & 1).astype(np.uint8)
    octets = np.packbits(planes.reshape(len(integers), -1), axis=1, bitorder="little")
    words = (int.from_bytes(row.tobytes(), "little") for row in octets)
    write_atomically(path, "".join(f"{word:0{digits}x}\n" for word in words))
