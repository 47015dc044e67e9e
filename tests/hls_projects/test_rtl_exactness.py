"""The netlist computes what the integer network computes, whatever training left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.input_format import InputFormat
from hls_projects.integer_layers import Dense, Head, Threshold
from hls_projects.integer_network import IntegerNetwork
from hls_projects.rtl.evaluation import evaluate
from hls_projects.rtl.stages import Pipeline, build_pipeline
from hls_projects.rtl.target import Target
from tests.hls_projects.networks import network, ternary, threshold
from tests.hls_projects.test_csim import dead_network, positions_network


def random_inputs(net: IntegerNetwork, samples: int = 500) -> np.ndarray:
    """Samples of every density, and those of all lowest and all highest integers."""
    rng = np.random.default_rng(7)
    format = net.input
    x = rng.integers(format.lowest, format.highest + 1, (samples, *format.shape))
    density = rng.random((samples, *[1] * len(format.shape)))
    x = np.where(rng.random(x.shape) < density, x, format.lowest)
    x[0], x[1] = format.lowest, format.highest
    return x.astype(np.int32)


def assert_exact(net: IntegerNetwork, *, target: Target = Target.XILINX) -> Pipeline:
    pipeline = build_pipeline(net, target)
    x = random_inputs(net)
    np.testing.assert_array_equal(evaluate(pipeline, x, net.input.bits), net.predict_integers(x))
    return pipeline


def wide_network(input_bits: int, signed: bool, bits: int, inputs: int = 784) -> IntegerNetwork:
    """Neurons that use every input, of both directions."""
    rng = np.random.default_rng(8)
    reach = 40 << input_bits
    levels = np.sort(rng.integers(-reach, reach, (2, (1 << bits) - 1)), axis=1)
    levels[1] = levels[1, ::-1]
    layers = (
        Dense(rng.choice([-1, 1], (inputs, 2)).astype(np.int8)),
        Threshold(levels.astype(np.int32), np.array([1, -1], np.int8)),
        Dense(np.array([[1, -1, 1], [-1, 1, 1]], np.int8)),
        Head(np.array([3, 0, -300], np.int32)),
    )
    return IntegerNetwork(InputFormat(input_bits, signed, 1.0, (inputs,)), layers)


def fan_in_one() -> IntegerNetwork:
    rng = np.random.default_rng(9)
    layers = (
        Dense(np.diag([1, -1, 1, -1, 1]).astype(np.int8)),
        threshold(rng, 5, 2, 2),
        Dense(np.eye(5, dtype=np.int8)),
        Head(np.zeros(5, np.int32)),
    )
    return IntegerNetwork(InputFormat(2, True, 1.0, (5,)), layers)


def equal_levels() -> IntegerNetwork:
    layers = (
        Dense(ternary(np.random.default_rng(3), 12, 4, 0.7)),
        Threshold(np.tile([[0], [1], [-1], [2]], 3).astype(np.int32), np.ones(4, np.int8)),
        Dense(np.ones((4, 2), np.int8)),
        Head(np.array([-7, 1000], np.int32)),
    )
    return IntegerNetwork(InputFormat(1, False, 1.0, (12,)), layers)


ZOO = {
    "one_bit": network((60, 20, 12, 5), bits=1),
    "two_bits": network((30, 12, 8, 5), bits=2),
    "three_bits": network((20, 8, 6, 4), bits=3),
    "four_bits": network((16, 6, 6, 3), bits=4),
    "images": network((20, 16, 9, 4), shape=(4, 5)),
    "signed_bytes": network((7, 4, 3), input_bits=8, signed=True, bits=4),
    "bytes": network((14, 6, 5), input_bits=8, bits=2, density=0.7),
    "signed_bits": network((20, 8, 5), input_bits=1, signed=True),
    "single_layer": network((30, 3), input_bits=3),
    "single_layer_wide": network((100, 3), input_bits=8, density=0.9),
    "positions": positions_network(),
    "dead": dead_network(),
    "fan_in_one": fan_in_one(),
    "equal_levels": equal_levels(),
}


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("name", ZOO)
def test_zoo(name, target):
    pipeline = assert_exact(ZOO[name], target=target)
    if target is not Target.XILINX:
        assert all(stage.netlist.carries == 0 for stage in pipeline.stages)


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize(
    ("input_bits", "signed", "bits"), [(1, False, 2), (2, False, 4), (8, True, 2)]
)
def test_fan_in_of_784(input_bits, signed, bits, target):
    assert_exact(wide_network(input_bits, signed, bits), target=target)


def test_eight_bit_activations():
    assert_exact(wide_network(4, True, 8, inputs=40))


@settings(max_examples=15, deadline=None)
@given(
    widths=st.lists(st.integers(1, 14), min_size=2, max_size=4),
    input_bits=st.integers(1, 4),
    signed=st.booleans(),
    bits=st.integers(1, 3),
    density=st.floats(0, 1),
    seed=st.integers(0, 2**16),
    target=st.sampled_from(Target),
)
def test_random_networks(widths, input_bits, signed, bits, density, seed, target):
    net = network(
        widths, input_bits=input_bits, signed=signed, bits=bits, density=density, seed=seed
    )
    assert_exact(net, target=target)


def test_constant_neurons_and_unused_inputs_vanish():
    pipeline = assert_exact(dead_network())
    assert sum(stage.netlist.luts for stage in pipeline.stages) == 0
    assert all(not stage.inputs and not stage.registered for stage in pipeline.stages)
