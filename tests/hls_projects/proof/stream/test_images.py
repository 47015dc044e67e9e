"""Filters, pools and dense layers of streams are proved, and what is broken there is not."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from hls_projects.kinds import Add, Conv2D, Dense, Flatten, Head, Levels, MaxPool, SumPool
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_stream
from hls_projects.proof.stream import images
from hls_projects.proof.stream.movers import Movers
from hls_projects.rtl import RtlSimulation, write_rtl
from tests.hls_projects.networks import image_network, ternary, threshold
from tests.hls_projects.proof.broken import flipped_bit, swapped_pins, tables, written

NETWORKS = {
    "filters": image_network(
        (6, 6, 1), [(3, (2, 2), (1, 1), "same"), (4, (2, 2), (2, 2), "valid")]),
    "pools": image_network((7, 6, 2), [(3, (2, 2), (1, 1), "valid"), MaxPool((2, 2), (2, 2))]),
}


@pytest.fixture(scope="module", params=NETWORKS)
def design(request, tmp_path_factory):
    network = NETWORKS[request.param]
    return network, write_rtl(network, tmp_path_factory.mktemp(request.param))


def test_all_is_proved(design):
    network, found = design
    proof = prove_stream(found.verilog, network)
    assert proof.complete, str(proof)
    assert str(proof).startswith("proved for every input: ")


def test_constant_bits_of_a_sum_over_a_large_window(tmp_path):
    """Of 144 inputs the sums alone tell that they are constant: no counter makes them."""
    rng = np.random.default_rng(0)
    up, levels = np.ones(3, np.int8), np.array([[0, 1, 2]] * 3, np.int32)
    averaged = np.array([[40, 90, 140, *[433] * 12]] * 3, np.int32)
    layers = (Conv2D(np.ones((1, 1, 2, 3), np.int8)), Levels(levels, up),
              SumPool((12, 12), (12, 12), 3), Levels(averaged, up),
              Flatten(), Dense(ternary(rng, 3, 2, 1.0)), Head(np.zeros(2, np.int32)))
    network = IntegerNetwork(InputFormat(1, False, 1.0, (12, 12, 2)), layers)
    found = write_rtl(network, tmp_path)
    proof = prove_stream(found.verilog, network)
    assert proof.complete, str(proof)


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_or_a_swapped_wire_is_found_or_harmless(design, seed, tmp_path):
    network, good = design
    rng = np.random.default_rng(seed)
    text = good.verilog.read_text()
    cell = int(rng.integers(tables(text)))
    broken = flipped_bit(text, cell, int(rng.integers(64))) if seed % 2 else swapped_pins(
        text, int(rng.integers(len(re.findall(r"\.I1\(", text)))))
    path = written(tmp_path, broken)
    if prove_stream(path, network).complete:
        x = rng.integers(0, 1 << network.input.bits, (200, *network.input.shape), np.int32)
        shown = RtlSimulation(type(good)(**{**vars(good), "verilog": path})).predict(x)
        np.testing.assert_array_equal(shown, network.predict_integers(x))


@pytest.mark.parametrize(
    ("old", "new"),
    [(r"(layer_2 \w+\(.clk\(clk\), .in_valid)\(valid_\d+\)", r"\1(in_valid)"),
     (r"\{values_1\[(\d+)\], values_1\[(\d+)\]", r"{values_1[\2], values_1[\1]"),
     (r"(wire \[\d+:0\] chosen_2 = \{)(values_2\[\d+\]), (values_2\[\d+\])", r"\1\3, \2")],
    ids=["valid", "window", "pixel"],
)
def test_wires_between_modules(design, old, new, tmp_path):
    network, good = design
    text = good.verilog.read_text()
    broken = re.sub(old, new, text, count=1)
    assert broken != text
    assert not prove_stream(written(tmp_path, broken), network).complete


def test_another_module_that_moves_pixels_is_refused(design, monkeypatch):
    network, good = design
    monkeypatch.setattr(images, "MODULES", ("window_*",))
    assert not prove_stream(good.verilog, network).complete


def convolution(rng, channels, filters, size) -> Conv2D:
    weights = ternary(rng, size[0] * size[1] * channels, filters, 0.5)
    return Conv2D(weights.reshape(*size, channels, filters), (1, 1), "same")


def residual(seed: int = 0) -> IntegerNetwork:
    """Levels beside two more filters, added; then a pool whose windows reach over the edge."""
    rng = np.random.default_rng(seed)
    layers = (
        convolution(rng, 2, 6, (2, 2)),                   # 0
        threshold(rng, 6, 2, 4),
        convolution(rng, 6, 6, (2, 2)),                   # 2
        threshold(rng, 6, 2, 4),
        convolution(rng, 6, 6, (1, 2)),                   # 4
        Add((0, 1), (1, -1)),                             # 5: sums, less twice the levels of 1
        threshold(rng, 6, 2, 4),                          # 6
        MaxPool((2, 2), (2, 2), "same"),                  # 7
        Dense(ternary(rng, 6, 7, 0.8)),                   # 8: at every pixel
        threshold(rng, 7, 1, 2),                          # 9
        SumPool((2, 1), (1, 1), 7),                       # 10
        threshold(rng, 7, 2, 2),                          # 11
        Flatten(),
        Dense(ternary(rng, 7 * 6, 3, 0.3)),
        Head(np.zeros(3, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3,), (4, 1), *((i,) for i in range(5, 14)))
    form = InputFormat(2, True, 0.5, (5, 6, 2))
    return IntegerNetwork(form, layers, sources=sources)


def test_branches_pools_and_what_follows_them(tmp_path):
    network = residual()
    design = write_rtl(network, tmp_path)
    proof = prove_stream(design.verilog, network)
    assert proof.complete, str(proof)
    assert [name for name in proof.simulated if name.startswith("join")]


@pytest.mark.parametrize("seed", range(8))
def test_a_fault_in_branches_is_found_or_harmless(seed, tmp_path):
    network = residual()
    good = write_rtl(network, tmp_path / "good")
    text, rng = good.verilog.read_text(), np.random.default_rng(seed)
    cell = int(rng.integers(tables(text)))
    path = written(tmp_path, flipped_bit(text, cell, int(rng.integers(64))))
    x = rng.integers(-2, 2, (300, *network.input.shape), np.int32)
    shown = RtlSimulation(type(good)(**{**vars(good), "verilog": path})).predict(x)
    if not np.array_equal(shown, network.predict_integers(x)):
        assert not prove_stream(path, network).complete


def faulty_filter(good, network, folder):
    """Verilog with a wrong filter of the first layer, and what the proof says."""
    text = good.verilog.read_text()
    for cell in range(tables(text)):
        bad = replace(good, verilog=written(folder, flipped_bit(text, cell, 3)))
        proof = prove_stream(bad.verilog, network)
        if proof.counterexample is not None:
            yield bad, proof


def test_pixels_of_a_window_are_shown_in_an_image(tmp_path):
    network = NETWORKS["pools"]
    good = write_rtl(network, tmp_path)
    for bad, proof in faulty_filter(good, network, tmp_path):
        simulation = RtlSimulation(bad)
        found = proof.counterexample.simulate(simulation.predict, network.predict_integers)
        if found.confirmed:
            break
    assert found.difference.layer == "conv2d_1" and found.difference.smallest
    assert found.inputs.shape == (1, 7, 6, 2)
    expected = network.predict_integers(found.inputs)
    assert not np.array_equal(simulation.predict(found.inputs), expected)
    assert str(proof).startswith("not the network: conv2d_1, neuron ")


def test_values_that_are_no_pixels_are_called_so(tmp_path):
    network = NETWORKS["filters"]
    text = write_rtl(network, tmp_path).verilog.read_text()
    proof = prove_stream(written(tmp_path, flipped_bit(text, 13, 3)), network)
    assert proof.counterexample is None
    assert "conv2d_2" in str(proof) and "values of a window, not of an image," in str(proof)
    assert str(proof).startswith("not proved")


def test_windows_over_the_edge_are_not_where_pixels_are_shown(tmp_path):
    seen = Movers(NETWORKS["filters"]).of_input(0)
    assert len(seen) == 25 and (seen >= 0).all()
    assert seen[1].tolist() == [1, 2, 7, 8]
    assert Movers(NETWORKS["filters"]).of_input(2) is None
