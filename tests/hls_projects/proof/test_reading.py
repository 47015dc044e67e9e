"""Netlists that are no pipeline, or of which two cells drive a net, are refused and say why."""

from __future__ import annotations

import pytest

from hls_projects.proof import prove_rtl, read_circuit
from hls_projects.proof.circuit import CircuitError
from hls_projects.proof.diagrams import Lanes
from hls_projects.rtl import write_rtl
from tests.hls_projects.proof.broken import written
from tests.hls_projects.zoo import ZOO


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return write_rtl(ZOO["fan_in_one"], tmp_path_factory.mktemp("good")).verilog.read_text()


def at_the_end_of_top(text, more):
    end = text.index("endmodule", text.index("module top"))
    return text[:end] + more + text[end:]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("assign x[0] = x[1];", "multiple conflicting drivers"),
        ("assign out_valid = x[1];", "multiple conflicting drivers"),
        ("reg r; assign out_valid = r; always @(posedge clk) r <= in_valid;", "onflicting drivers"),
        ("(* keep *) unknown u(.a(x[0]));", "is no gate, no primitive, no flip-flop: unknown"),
    ],
)
def test_what_is_added(tmp_path, text, more, message):
    path = written(tmp_path, at_the_end_of_top(text, more + "\n"))
    proof = prove_rtl(path, ZOO["fan_in_one"])
    assert not proof.complete and message in proof.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("posedge clk", "negedge clk", r"$_DFF_N_"),
        ("in_valid", "go", "no port in_valid as expected, only clk[1], go[1], x[10]"),
        ("y = {", "y = {1'b0, ", ""),
    ],
)
def test_what_is_another_word(tmp_path, text, old, new, message):
    proof = prove_rtl(written(tmp_path, text.replace(old, new)), ZOO["fan_in_one"])
    assert message in proof.message and proof.complete == (not message)


REGISTER = """\
module top(input clk, input in_valid, input [2:0] x, output reg out_valid, output reg y);
always @(posedge clk) out_valid <= in_valid;
{always}
endmodule
"""


def register(folder, always):
    path = folder / "top.v"
    path.write_text(REGISTER.format(always=always))
    return read_circuit(path, "generic")


def test_a_synchronous_reset_is_logic(tmp_path):
    circuit = register(tmp_path, "always @(posedge clk) if (x[1]) y <= 1'b0; else y <= x[0];")
    (y,), (low, reset, _) = circuit.outputs["y"], circuit.inputs["x"]
    found = circuit.evaluate([y], {low: 0b1010, reset: 0b1100}, Lanes(4))
    assert found[y] == 0b0010


@pytest.mark.parametrize(("always", "message"), [
    ("always @(posedge clk) if (x[1]) y <= x[0];", "a loop passes"),
    ("always @(posedge clk or posedge x[1]) if (x[1]) y <= 1'b0; else y <= x[0];", "no flip-flop"),
])
def test_a_register_that_may_keep_its_value_is_refused(tmp_path, always, message):
    with pytest.raises(CircuitError, match=message):
        circuit = register(tmp_path, always)
        circuit.evaluate(circuit.outputs["y"], dict.fromkeys(circuit.inputs["x"], 0), Lanes(1))
