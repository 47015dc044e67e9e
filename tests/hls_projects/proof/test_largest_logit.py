"""The class of timed_top: proved as the largest logit's, and red where one word differs."""

import pytest

from hls_projects.proof import prove_class
from hls_projects.rtl import write_rtl
from hls_projects.rtl.emit.timed_top import write_timed_top
from tests.hls_projects.networks import image_network, network


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    design = write_rtl(network((16, 8, 5)), tmp_path_factory.mktemp("class"))
    return design, write_timed_top(design, 5.0)


@pytest.mark.parametrize("classes", [1, 2, 3, 8])
def test_the_class_is_proved(tmp_path, classes):
    design = write_rtl(network((16, 8, classes)), tmp_path)
    proof = prove_class(design.verilog, write_timed_top(design, 5.0), classes)
    assert proof.complete, str(proof)


def test_that_of_a_stream_is_proved(tmp_path):
    net = image_network((4, 4, 1), [(2, (3, 3))])
    design = write_rtl(net, tmp_path)
    assert prove_class(design.verilog, write_timed_top(design, 5.0), net.classes).complete


@pytest.mark.parametrize(("old", "new", "message"), [
    (" > ", " >= ", "class, neuron 0, bit"),
    (" > ", " < ", "class, neuron 0, bit"),
    ("$signed(y[4:0])", "y[4:0]", "class, neuron 0, bit"),
    ("3'd2", "3'd3", "class, neuron 0, bit"),
    ("x_0 <= x;", "x_0 <= {x[15:2], x[0], x[1]};", "top does not get bit 0 of x as it is"),
    (".x(x_0)", ".x(x)", "reach top in different clock cycles"),
    ("given <= in_valid;", "given <= !in_valid;", "top does not get bit 0 of in_valid"),
    ("valid_0 <= found;", "valid_0 <= given;", "out_valid does not come with the class"),
    ("assign out_valid = valid_2", "assign out_valid = valid_1", "out_valid does not come with"),
    ("posedge clk) valid_0", "posedge x[0]) valid_0", "another clock"),
    ("top network(.clk(clk), ", "top network(.clk(x[0]), ", "another clock"),
])
def test_a_changed_word_is_seen(written, tmp_path, old, new, message):
    design, timed = written
    text = timed.read_text()
    assert old in text
    changed = tmp_path / timed.name
    changed.write_text(text.replace(old, new))
    proof = prove_class(design.verilog, changed, 5)
    assert not proof.complete and message in str(proof)


def test_more_logits_than_diagrams_hold_are_unknown(written, monkeypatch):
    design, timed = written
    monkeypatch.setattr("hls_projects.proof.largest_logit.MOST_NODES", 10)
    proof = prove_class(design.verilog, timed, 5)
    assert not proof.complete and proof.unknown == ["class of 5 logits"]
