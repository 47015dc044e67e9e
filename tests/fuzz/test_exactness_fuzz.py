"""A short run of the fuzzer, and every network it ever found wrong."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.kinds import KINDS, Dense, Head
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from tests.fuzz.exactness import Tally, check_all, draw
from tests.fuzz.hardware import Case, rtl_logits
from tests.fuzz.networks import DRAWN

NETWORKS = 10


def one_layer(inputs, weights, bias, signed=False, bits=1):
    head = Head(np.array(bias, np.int32))
    return IntegerNetwork(InputFormat(bits, signed, 1.0, (inputs,)),
                          (Dense(np.array(weights, np.int8)), head))


def test_every_kind_of_layer_is_drawn():
    assert set(DRAWN) == set(KINDS)


def test_random_networks_are_exact_in_every_execution():
    tally = Tally()
    check_all(draw(NETWORKS, 20), tally)
    assert not tally.failures
    assert tally.networks == NETWORKS and tally.refused < NETWORKS // 2
    assert set(tally.logits) == {"Keras", "C-simulation", "RTL simulation"}
    assert tally.proofs["proved"] > tally.proofs["not proved"]
    assert tally.proofs["C++ proved"] == NETWORKS - tally.refused


def test_a_wrong_weight_in_hardware_is_found(tmp_path):
    (piece,) = draw(1, 20)
    network = one_layer(3, [[1, 0], [0, 1], [-1, 0]], [0, 5], bits=2)
    x = np.random.default_rng(0).integers(0, 4, (50, 3))
    case = Case(piece, network, x)
    other = one_layer(3, [[1, 0], [0, 1], [-1, 1]], [0, 5], bits=2)
    expected = network.predict_integers(x)
    np.testing.assert_array_equal(rtl_logits([case, case], tmp_path)[1], expected)
    received = rtl_logits([case, Case(piece, other, x)], tmp_path)[1]
    assert (received != expected).any()


@pytest.mark.parametrize("weight, bias", [(0, 0), (1, 0), (1, -1)])
def test_ports_of_one_bit_simulate(tmp_path, weight, bias):
    network = one_layer(1, [[weight]], [bias])
    x = np.array([[0], [1], [1], [0]])
    received = RtlSimulation(write_rtl(network, tmp_path)).predict(x)
    np.testing.assert_array_equal(received, network.predict_integers(x))


@pytest.mark.parametrize("target", ["xilinx", "ecp5", "generic"])
def test_huge_biases_take_no_logic_above_the_sum(tmp_path, target):
    """Searching 22 columns for the cheapest sum took minutes without carry chains."""
    biases = [-1337304, 634072, 2**21 - 1, -(2**21)]
    weights = np.random.default_rng(0).integers(-1, 2, (9, 4))
    network = one_layer(9, weights, biases, bits=7)
    small = one_layer(9, weights, [b % 1024 for b in biases], bits=7)
    x = np.random.default_rng(1).integers(0, 128, (100, 9))
    design = write_rtl(network, tmp_path, target=target)
    np.testing.assert_array_equal(RtlSimulation(design).predict(x), network.predict_integers(x))
    assert design.luts <= write_rtl(small, tmp_path / "small", target=target).luts + 8
