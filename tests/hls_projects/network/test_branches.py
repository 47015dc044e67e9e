"""Networks with branches: the same integers in NumPy, C++ and Verilog, and from their file."""

import numpy as np
import pytest

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.kinds import Add, Concatenate, Dense, Head
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import ternary, threshold
from tests.hls_projects.zoo import random_inputs


def test_branches_are_added_and_concatenated():
    form = InputFormat(3, False, 1.0, (2,))
    layers = (
        Dense(np.array([[3, 0], [0, -1]], np.int8)),
        Add((0, 1), (1, -1)),
        Concatenate((0, 2)),
        Dense(np.eye(4, dtype=np.int8)),
        Head(np.zeros(4, np.int32)),
    )
    network = IntegerNetwork(form, layers, sources=((-1,), (0, -1), (1, -1), (2,), (3,)))
    assert network.predict_integers(np.array([[5, 2]])).tolist() == [[15 - 10, -2 - 4, 20, 8]]
    assert not network.is_sequence


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_c_simulation_of_branches(io_type, tmp_path):
    network = branched()
    x = random_inputs(network)
    simulation = CSimulation(build_hls_model(network, tmp_path, io_type=io_type))
    expected = network.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 100
    np.testing.assert_array_equal(simulation.predict(x), expected)


@pytest.mark.parametrize("target", ["xilinx", "ecp5", "generic"])
@pytest.mark.parametrize("signed, stage_delay", [(True, None), (False, 2.0)])
def test_verilog_of_branches(target, signed, stage_delay, tmp_path):
    network = branched(signed=signed)
    x = random_inputs(network)
    design = write_rtl(network, tmp_path, target=target, stage_delay=stage_delay)
    simulation = RtlSimulation(design)
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))
    assert simulation.latency == design.latency


def test_files_and_ranges_of_branches(tmp_path):
    network = branched()
    x = random_inputs(network)
    network.save(tmp_path / "network.npz")
    loaded = IntegerNetwork.load(tmp_path / "network.npz")
    assert loaded.sources == network.sources
    np.testing.assert_array_equal(loaded.predict_integers(x), network.predict_integers(x))
    for value, (low, high) in zip(network.trace(x), network.ranges(), strict=True):
        assert (low <= value).all() and (value <= high).all()


@pytest.mark.parametrize("sources, message", [
    (((-1,), (2,), (1,)), "layer 1 must be layers before it"),
    (((-1,), (-1,)), "must be of 3 layers"),
    (((-1,), (-1,), (1,)), "Unused: 0"),
    (((-1,), (), (1,)), "layer 1 must be layers before it"),
])
def test_sources_that_are_no_graph_are_named(sources, message):
    weights = np.eye(2, dtype=np.int8)
    layers = (Dense(weights), Dense(weights), Head(np.zeros(2, np.int32)))
    with pytest.raises(ValueError, match=message):
        IntegerNetwork(InputFormat(1, False, 1.0, (2,)), layers, sources=sources)


@pytest.mark.parametrize("make, message", [
    (lambda: Add((0,), (1,)), "`places` must be 0 to 31 for each of two"),
    (lambda: Add((0, 32), (1, 1)), "`places` must be 0 to 31"),
    (lambda: Add((0, 0), (1, 2)), "`signs` must be 1 or -1"),
    (lambda: Concatenate((0, True)), "`places` must be 0 to 31"),
    (lambda: Add((0, 0), (1, 1)).output_shape((2,), (3,)), "branches of one shape"),
    (lambda: Concatenate((0, 0)).output_shape((2, 3), (3, 3)), "differ in their last axis alone"),
])
def test_joins_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_values_wait_for_the_latest_layer_whatever_the_order(tmp_path):
    """A layer of a later stage may stand before one of an earlier stage."""
    rng = np.random.default_rng(2)
    layers = (
        Dense(ternary(rng, 4, 3, 0.7)), threshold(rng, 3, 2, 3),
        Dense(ternary(rng, 3, 3, 0.7)), threshold(rng, 3, 2, 3),
        Add((0, 1), (1, 1)), Dense(ternary(rng, 3, 3, 0.7)), Add((0, 0), (1, -1)),
        Head(np.zeros(3, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3, 1), (1,), (4, 5), (6,))
    network = IntegerNetwork(InputFormat(3, True, 1.0, (4,)), layers, sources=sources)
    x = random_inputs(network, 200)
    received = RtlSimulation(write_rtl(network, tmp_path)).predict(x)
    np.testing.assert_array_equal(received, network.predict_integers(x))
