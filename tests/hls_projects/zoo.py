"""Dense integer networks of every kind that Verilog is made of, and inputs that reach them."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds import Dense, Flatten, Head, Levels, Thermometer
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.networks import network, ternary, threshold


def random_inputs(net: IntegerNetwork, samples: int = 500) -> np.ndarray:
    """Samples of every density, and those of all lowest and all highest integers."""
    rng = np.random.default_rng(7)
    format = net.input
    x = rng.integers(format.lowest, format.highest + 1, (samples, *format.shape))
    density = rng.random((samples, *[1] * len(format.shape)))
    x = np.where(rng.random(x.shape) < density, x, format.lowest)
    x[0], x[1] = format.lowest, format.highest
    return x.astype(np.int32)


def positions_network():
    """Ternary layers over the last axis of rank 2, flattened between them."""
    rng = np.random.default_rng(4)
    layers = (
        Dense(ternary(rng, 6, 5, 0.5)),
        threshold(rng, 5, 2, 3),
        Flatten(),
        Dense(ternary(rng, 15, 3, 0.5)),
        Head(np.array([0, 4, -4], np.int32)),
    )
    return IntegerNetwork(InputFormat(2, False, 0.25, (3, 6)), layers)


def dead_network():
    """A layer without any weight, and a network whose logits are its biases."""
    net = network((7, 4, 3), bits=1, seed=3)
    dead = Dense(np.zeros((7, 4), np.int8))
    return IntegerNetwork(net.input, (dead, *net.layers[1:]))


def wide_network(input_bits: int, signed: bool, bits: int, inputs: int = 784) -> IntegerNetwork:
    """Neurons that use every input, of both directions."""
    rng = np.random.default_rng(8)
    reach = 40 << input_bits
    levels = np.sort(rng.integers(-reach, reach, (2, (1 << bits) - 1)), axis=1)
    levels[1] = levels[1, ::-1]
    layers = (
        Dense(rng.choice([-1, 1], (inputs, 2)).astype(np.int8)),
        Levels(levels.astype(np.int32), np.array([1, -1], np.int8)),
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
        Levels(np.tile([[0], [1], [-1], [2]], 3).astype(np.int32), np.ones(4, np.int8)),
        Dense(np.ones((4, 2), np.int8)),
        Head(np.array([-7, 1000], np.int32)),
    )
    return IntegerNetwork(InputFormat(1, False, 1.0, (12,)), layers)


def thermometer_network(bits: int, signed: bool, shape: tuple[int, ...]) -> IntegerNetwork:
    """Features compared with levels inside and outside their range, each with its own number."""
    rng = np.random.default_rng(bits)
    form = InputFormat(bits, signed, 0.5, shape)
    reach = form.lowest - 2, form.highest + 3
    counts = rng.integers(0, 7, shape[-1])
    feature = np.repeat(np.arange(shape[-1]), counts).astype(np.int32)
    levels = rng.integers(*reach, len(feature)).astype(np.int32)
    levels[:3] = form.lowest, form.highest + 1, form.highest
    flat = int(np.prod(shape[:-1])) * len(feature)
    layers = (
        Thermometer(levels, feature),
        Flatten(),
        Dense(ternary(rng, flat, 6, 0.4)),
        threshold(rng, 6, 2, 4),
        Dense(ternary(rng, 6, 3, 0.7)),
        Head(np.array([1, 0, -2], np.int32)),
    )
    return IntegerNetwork(form, layers)


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
    "thermometer": thermometer_network(12, True, (5,)),
    "thermometer_positions": thermometer_network(3, False, (2, 4)),
}
