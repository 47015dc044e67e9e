"""Integer networks whose weights are any small integers."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds import Conv2D, Dense, Flatten, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.networks import threshold


def small_integers(rng: np.random.Generator, shape: tuple[int, ...], reach: int) -> np.ndarray:
    """int8 of a shape, from −reach − 1 to reach, both among them where there is room."""
    weights = rng.integers(-reach - 1, reach + 1, shape)
    weights *= rng.random(shape) < 0.7
    weights.flat[:2] = -reach - 1, reach
    return weights.astype(np.int8)


def even_levels(rng: np.random.Generator, channels: int, bits: int, places: int) -> Levels:
    """Levels 2^places apart, as a quantized ReLU has them: ties to even, or to the higher one."""
    numbers = np.arange(1, 1 << bits)
    steps = (numbers << places) - (1 << places >> 1)
    steps = np.stack([steps, steps + numbers % 2])[rng.integers(0, 2 if places else 1, channels)]
    shift = rng.integers(-3 << places, 2 << places, (channels, 1))
    return Levels((steps + shift).astype(np.int32), np.ones(channels, np.int8))


def integer_dense(
    widths: tuple[int, ...], *, reach: int, input_bits: int, signed: bool, bits: int, seed: int = 0
) -> IntegerNetwork:
    """Dense layers of weights up to ±reach, one kind of level after another, and a shifted head."""
    rng = np.random.default_rng(seed)
    layers = []
    for number, (inputs, outputs) in enumerate(zip(widths[:-2], widths[1:-1], strict=True)):
        layers.append(Dense(small_integers(rng, (inputs, outputs), reach)))
        even = even_levels(rng, outputs, bits, input_bits)
        layers.append(threshold(rng, outputs, bits, 40 * reach) if number % 2 else even)
    layers.append(Dense(small_integers(rng, widths[-2:], reach)))
    bias = rng.integers(-99, 99, widths[-1]).astype(np.int32)
    layers.append(Head(bias, rng.integers(0, 4, widths[-1]).astype(np.int8)))
    return IntegerNetwork(InputFormat(input_bits, signed, 0.25, widths[:1]), tuple(layers))


def integer_images(seed: int = 0) -> IntegerNetwork:
    """A convolution of bytes, one of few bits, and a dense layer."""
    rng = np.random.default_rng(seed)
    return IntegerNetwork(InputFormat(3, True, 0.5, (6, 5, 2)), (
        Conv2D(small_integers(rng, (3, 3, 2, 4), 127), (1, 1), "same"),
        threshold(rng, 4, 2, 900),
        Conv2D(small_integers(rng, (2, 2, 4, 3), 7), (2, 1)),
        threshold(rng, 3, 3, 60),
        Flatten(),
        Dense(small_integers(rng, (36, 3), 31)),
        Head(np.array([5, -900, 0], np.int32)),
    ))  # fmt: skip
