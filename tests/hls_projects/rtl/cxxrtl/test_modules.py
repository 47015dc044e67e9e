"""Designs of several modules, each compiled by itself, against NumPy."""

import shutil

import numpy as np
import pytest

from hls_projects.rtl import RtlDesign, RtlSimulation
from hls_projects.rtl.cxxrtl.modules import _member, translate
from hls_projects.rtl.cxxrtl.simulation import HERE

# A register, logic without one behind it, the same module twice, and one with a parameter.
DESIGN = """\
module delayed(input clk, input in_valid, input [1:0] x, output reg out_valid, output reg [1:0] y);
initial out_valid = 0;
always @(posedge clk) begin out_valid <= in_valid; y <= x; end
endmodule
module swapped(input clk, input in_valid, input [1:0] x, output out_valid, output [1:0] y);
assign out_valid = in_valid;
assign y = {x[0], ~x[1]};
endmodule
module flipped #(parameter BY = 0)(input [1:0] x, output [1:0] y);
assign y = x ^ BY;
endmodule
module top(input clk, input in_valid, input [1:0] x, output out_valid, output [1:0] y);
wire v1, v2, v3;
wire [1:0] a, b, c, d;
swapped first_one(.clk(clk), .in_valid(in_valid), .out_valid(v1), .x(x), .y(a));
delayed second_one(.clk(clk), .in_valid(v1), .out_valid(v2), .x(a), .y(b));
swapped third(.clk(clk), .in_valid(v2), .out_valid(v3), .x(b), .y(c));
delayed fourth(.clk(clk), .in_valid(v3), .out_valid(out_valid), .x(c), .y(d));
flipped #(.BY(2)) last(.x(d), .y(y));
endmodule
"""


def design(path, text=DESIGN):
    path.write_text(text)
    return RtlDesign(
        verilog=path, inputs=1, input_bits=2, classes=1, logit_bits=2, latency=2, luts=0,
        carries=0, ffs=0, luts_per_layer=(),
    )


@pytest.mark.parametrize("valid", [(True,), (True, False, True)])
def test_registers_and_logic_between_them_are_numpys(tmp_path, valid):
    x = np.random.default_rng(0).integers(0, 4, (300, 1))
    simulation = RtlSimulation(design(tmp_path / "top.v"))
    # Twice y = {x0, ~x1}, then the upper bit flipped; y is two's complement.
    once = ((x & 1) << 1) | (1 - (x >> 1))
    twice = ((once & 1) << 1) | (1 - (once >> 1))
    expected = ((twice ^ 2) + 2) % 4 - 2
    assert np.array_equal(simulation.predict(x, valid), expected)
    assert simulation.latency == 2


def test_instances_without_parameters_are_modules_of_their_own(tmp_path):
    for name in ("primitives.v", "gates.v"):
        shutil.copyfile(HERE / name, tmp_path / name)
    (tmp_path / "design.v").write_text(DESIGN)
    assert translate(tmp_path, seconds=60) == ["top.cc", "delayed.cc", "swapped.cc"]
    text = (tmp_path / "design.h").read_text()
    assert text.count("cxxrtl_design::p_swapped own;") == 2
    assert "move(own.p_in__valid, top.p_second__one_2e_in__valid)" in text


def test_an_input_that_top_lacks_is_named(tmp_path):
    inside = {"clk": "input", "x": "input", "y": "output"}
    assert "move(top.p_a_2e_y, own.p_y)" in _member("a", "one", inside, ["clk", "x", "y"])
    with pytest.raises(ValueError, match="`a` of one must have all inputs.*'x'"):
        _member("a", "one", inside, ["clk", "y"])


def test_a_top_without_instances_is_flattened(tmp_path):
    text = DESIGN.replace("(.clk", " (.clk")
    x = np.random.default_rng(1).integers(0, 4, (100, 1))
    found = RtlSimulation(design(tmp_path / "top.v", text)).predict(x)
    assert np.array_equal(found, RtlSimulation(design(tmp_path / "other.v")).predict(x))
