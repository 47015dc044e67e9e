"""Line buffers and collectors are proved for whatever clock cycles pixels arrive in."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hls_projects.proof import prove_stream
from hls_projects.proof.stream import arrivals
from hls_projects.rtl import RtlSimulation, write_rtl
from tests.hls_projects.proof.broken import written
from tests.hls_projects.proof.stream.changes import NETWORKS, changed, verdict


@pytest.fixture(scope="module", params=NETWORKS)
def design(request, tmp_path_factory):
    network = NETWORKS[request.param]
    return network, write_rtl(network, tmp_path_factory.mktemp(request.param))


def test_all_modules_that_move_pixels_are_proved(design):
    network, found = design
    proof = prove_stream(found.verilog, network)
    assert proof.complete and not proof.simulated, str(proof)
    assert proof.moved[-1] == "collect"
    assert f" outputs and {len(proof.moved)} module" in str(proof)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [(r"owed <= (\d+);", lambda m: f"owed <= {int(m[1]) - 1};", "still to leave"),
     (r"if \(column == (\d+)\)", lambda m: f"if (column == {int(m[1]) - 1})", "of y at time"),
     (r"y <= \{(pixels\S+), (pixels\S+),", r"y <= {\2, \1,", "another one"),
     (r"    if \(!\(.*\)\) y.*\n", "", "of y at time"),
     (r"if \(!\((\w+)\)\) y(.*) <= (\d+)'h0;", r"if (!(\1)) y\2 <= ~\3'h0;", "another one"),
     (r"count == (\d+);", lambda m: f"count == {int(m[1]) - 1};", "collect: ")],
    ids=["pushes", "columns", "taps", "edge", "outside", "count"],
)
def test_what_is_wrong_is_found(design, old, new, message, tmp_path):
    network, good = design
    text = good.verilog.read_text()
    broken = re.sub(old, new, text, count=1)
    assert broken != text
    proof = prove_stream(written(tmp_path, broken), network)
    assert message in str(proof), f"{proof} {proof.simulated}"


def test_what_only_gaps_show(design, tmp_path):
    """A buffer that moves on by itself in an image, which images without gaps do not show."""
    network, good = design
    broken = re.sub(r"\(arrived == 0 & (owed != 0)\)", r"(\1)", good.verilog.read_text())
    path = written(tmp_path, broken)
    simulation = RtlSimulation(type(good)(**{**vars(good), "verilog": path}))
    x = np.random.default_rng(0).integers(
        0, 1 << network.input.bits, (20, *network.input.shape), np.int32)
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))
    proof = prove_stream(path, network)
    assert str(proof).startswith("not the network: window_1: bit "), str(proof)


@pytest.mark.parametrize("seed", range(6))
def test_no_change_is_proved_and_wrong(design, seed, tmp_path):
    network, good = design
    text = changed(good.verilog.read_text(), np.random.default_rng(seed))
    assert verdict(good, network, text, tmp_path) != "proved and wrong"


@pytest.mark.parametrize(
    ("old", "new", "module"),
    [(r"pixels <= \{pixels\[(\d+):0\], x\}", r"pixels <= {x, pixels[\1:0]}", "window_1"),
     (r"arrived = 0;", "", "window_1")],
    ids=["turned", "begins"],
)
def test_what_cannot_be_followed_is_simulated(design, old, new, module, tmp_path):
    network, good = design
    broken = re.sub(old, new, good.verilog.read_text(), count=1)
    proof = prove_stream(written(tmp_path, broken), network)
    assert module in proof.simulated and module not in proof.moved


def test_more_states_than_are_looked_at_are_simulated(design, monkeypatch):
    network, good = design
    monkeypatch.setattr(arrivals, "MOST_STATES", 10)
    proof = prove_stream(good.verilog, network)
    assert proof.complete and "window_1" in proof.simulated
    assert str(proof).endswith("these are simulated")
