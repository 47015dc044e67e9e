"""Weights of any small integers: the same integers in NumPy, C++ and Verilog."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.kinds import Conv2D, Dense, Head
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum, dense_sums
from hls_projects.logic.signed_digits import digit_counts, places_of, signed_digits
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from tests.hls_projects.small_integers import integer_dense, integer_images
from tests.hls_projects.zoo import random_inputs

NETWORKS = {
    "bytes": integer_dense((7, 5, 4, 3), reach=127, input_bits=8, signed=True, bits=3),
    "six_bits": integer_dense((8, 6, 4), reach=31, input_bits=6, signed=True, bits=6),
    "few_bits": integer_dense((20, 8, 3), reach=3, input_bits=1, signed=False, bits=2),
}


@given(st.integers(-(2**40), 2**40))
def test_signed_digits_add_up_and_none_are_neighbours(value):
    digits = list(signed_digits(value))
    assert sum(sign << place for place, sign in digits) == value
    places = [place for place, _ in digits]
    assert all(after - before > 1 for before, after in zip(places, places[1:], strict=False))


def test_digits_of_all_weights_are_counted():
    weights = np.arange(-128, 128).astype(np.int8)
    counted = [len(list(signed_digits(int(weight)))) for weight in weights]
    np.testing.assert_array_equal(digit_counts(weights), counted)
    assert max(counted) == 4
    assert digit_counts(np.array([[2**40 + 5], [1 - 2**31]])).tolist() == [[3], [2]]


@given(st.lists(st.integers(-100, 100), min_size=1))
def test_places_that_divide_all(values):
    places = places_of(np.array(values))
    assert all(value % (1 << places) == 0 for value in values)
    assert not any(values) or any(value >> places & 1 for value in values)


@given(st.lists(st.integers(-128, 127), min_size=1, max_size=5), st.integers(0, 2**10 - 1))
def test_sums_of_bits_are_those_of_integers(weights, bits):
    inputs = [bits >> 2 * i & 3 for i in range(len(weights))]
    sums = np.array([BitSum.of_bits([Bit(2 * i), Bit(2 * i + 1)]) for i in range(len(weights))])
    (total,) = dense_sums(sums, np.array(weights, np.int8)[:, None])
    value = total.offset
    for place, column in enumerate(total.columns):
        value += sum((bits >> bit.signal & 1) ^ bit.inverted for bit in column) << place
    assert value == int(np.dot(inputs, weights))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("strategy", ["Latency", "distributed_arithmetic"])
def test_c_simulation_of_small_integers(name, strategy, tmp_path):
    network = NETWORKS[name]
    x = random_inputs(network)
    simulation = CSimulation(build_hls_model(network, tmp_path, strategy=strategy))
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("target", ["xilinx", "ecp5", "generic"])
def test_verilog_of_small_integers(name, target, tmp_path):
    network = NETWORKS[name]
    x = random_inputs(network)
    design = write_rtl(network, tmp_path, target=target)
    np.testing.assert_array_equal(RtlSimulation(design).predict(x), network.predict_integers(x))


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_images_of_small_integers(io_type, tmp_path):
    network = integer_images()
    x = random_inputs(network, 60)
    expected = network.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 20
    simulation = CSimulation(build_hls_model(network, tmp_path / "hls", io_type=io_type))
    np.testing.assert_array_equal(simulation.predict(x), expected)
    if io_type == "io_stream":
        design = write_rtl(network, tmp_path / "rtl")
        np.testing.assert_array_equal(RtlSimulation(design).predict(x), expected)


@pytest.mark.parametrize("network", [*NETWORKS.values(), integer_images()])
def test_ranges_hold_and_files_keep_them(network, tmp_path):
    x = random_inputs(network, 200)
    for value, (low, high) in zip(network.trace(x), network.ranges(), strict=True):
        assert (low <= value).all() and (value <= high).all()
    network.save(tmp_path / "network.npz")
    loaded = IntegerNetwork.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(loaded.predict_integers(x), network.predict_integers(x))


def test_the_lowest_byte_is_exact():
    weights = np.full((3, 3, 700, 1), -128, np.int8)
    x = np.full((1, 3, 3, 700), 255, np.int32)
    assert Conv2D(weights).forward(x).item() == -128 * 255 * 6300


@pytest.mark.parametrize("shift", [np.array([0, 32], np.int8), np.array([1]), [0, 0]])
def test_shifts_out_of_range_are_refused(shift):
    with pytest.raises(ValueError, match="`shift` must be an int8 array"):
        Head(np.zeros(2, np.int32), shift)


def test_ternary_layers_are_called_so():
    assert Dense(np.array([[1], [-1]], np.int8)).hls_class == "SparseTernaryDense"
    assert Dense(np.array([[1], [-2]], np.int8)).hls_class == "IntegerDense"
    network = IntegerNetwork(InputFormat(1, False, 1.0, (2,)), (
        Dense(np.array([[1], [-2]], np.int8)), Head(np.zeros(1, np.int32)),
    ))  # fmt: skip
    assert network.nonzeros == 2
