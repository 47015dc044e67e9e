"""Integer networks to convert: small, and as odd as training can leave them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hls_projects.kinds import (
    Conv2D,
    Dense,
    Flatten,
    Head,
    Layer,
    Levels,
)
from hls_projects.kinds.layer import INT32
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork


def ternary(rng: np.random.Generator, inputs: int, outputs: int, density: float) -> np.ndarray:
    """int8 (inputs, outputs); the last of several columns is empty."""
    weights = rng.choice([-1, 1], (inputs, outputs)) * (rng.random((inputs, outputs)) < density)
    if outputs > 1:
        weights[:, -1] = 0
    return weights.astype(np.int8)


def threshold(rng: np.random.Generator, channels: int, bits: int, reach: int) -> Levels:
    """Levels of both directions, ties among them, and constant channels."""
    levels = np.sort(rng.integers(-reach, reach + 1, (channels, (1 << bits) - 1)), axis=1)
    direction = rng.choice([-1, 1], channels)
    levels[direction < 0] = levels[direction < 0, ::-1]
    levels[0], direction[0] = INT32.max, 1
    levels[-1], direction[-1] = INT32.max, -1
    levels[channels // 2, 0] = INT32.min
    return Levels(levels.astype(np.int32), direction.astype(np.int8))


def network(
    widths: Sequence[int],
    *,
    input_bits: int = 1,
    signed: bool = False,
    scale: float | tuple[float, ...] = 0.375,
    shape: tuple[int, ...] | None = None,
    bits: int = 2,
    density: float = 0.4,
    seed: int = 0,
) -> IntegerNetwork:
    """A random network widths[0]-…-widths[-1]; inputs of rank 2 are flattened first."""
    rng = np.random.default_rng(seed)
    shape = shape or (widths[0],)
    layers: list[Layer] = [Flatten()] if len(shape) > 1 else []
    for inputs, outputs in zip(widths[:-2], widths[1:-1], strict=True):
        layers.append(Dense(ternary(rng, inputs, outputs, density)))
        layers.append(threshold(rng, outputs, bits, 3))
    layers.append(Dense(ternary(rng, widths[-2], widths[-1], density)))
    layers.append(Head(rng.integers(-9, 9, widths[-1]).astype(np.int32)))
    return IntegerNetwork(InputFormat(input_bits, signed, scale, shape), tuple(layers))


def edge_inputs(format: InputFormat, samples: int = 200, seed: int = 0) -> np.ndarray:
    """Floats inside and outside the range, infinite ones, multiples of the scale and just below."""
    rng = np.random.default_rng(seed)
    scale = np.asarray(format.scale, np.float32)
    steps = rng.integers(format.lowest - 3, format.highest + 4, (samples, *format.shape))
    x = (steps * scale).astype(np.float32)
    # Below 0 no subnormal number: TensorFlow takes those for 0.
    x[1::4] = np.minimum(np.nextafter(x[1::4], np.float32(-np.inf)), x[1::4] - np.float32(1e-30))
    x[2::4] += rng.random(x[2::4].shape, np.float32) * scale
    x[3] = np.inf
    x[7] = -np.inf
    x[11] = rng.choice([-1e30, 1e30, 1e-30, -1e-30, 0.0], x[11].shape)
    x[15], x[19] = format.lowest * scale, format.highest * scale
    return x


def image_network(
    shape: tuple[int, ...],
    steps: Sequence[Layer | tuple],
    *,
    input_bits: int = 2,
    signed: bool = False,
    bits: int = 2,
    seed: int = 0,
) -> IntegerNetwork:
    """Layers in order, then flatten, dense and head, each level one that random inputs reach.

    Args:
        steps: a Layer as it is; (filters, size, strides, padding) of a convolution, or (outputs,)
            of a dense layer, with random weights and a threshold.
    """
    rng = np.random.default_rng(seed)
    source = InputFormat(input_bits, signed, 0.25, shape)
    values = rng.integers(source.lowest, source.highest + 1, (200, *shape))
    layers: list[Layer] = []

    def append(layer: Layer) -> None:
        nonlocal values
        layers.append(layer)
        values = layer.forward(values)

    for step in steps:
        if isinstance(step, Layer):
            append(step)
            continue
        channels = values.shape[-1]
        size = step[1] if len(step) > 1 else ()
        flat = ternary(rng, int(np.prod(size)) * channels, step[0] + 1, 0.5)[:, :-1]
        weights = flat.reshape(*size, channels, step[0])
        append(Conv2D(weights, *step[2:]) if len(step) > 1 else Dense(weights))
        append(_reached_threshold(rng, values, bits))
    append(Flatten())
    append(Dense(ternary(rng, values.shape[-1], 4, 0.5)[:, :-1]))
    append(Head(rng.integers(-9, 9, 3).astype(np.int32)))
    return IntegerNetwork(source, tuple(layers))


def _reached_threshold(rng: np.random.Generator, sums: np.ndarray, bits: int) -> Levels:
    channels = sums.shape[-1]
    shares = np.linspace(0, 1, (1 << bits) + 1)[1:-1]
    levels = np.quantile(sums.reshape(-1, channels), shares, axis=0).T.astype(np.int32)
    direction = rng.choice([-1, 1], channels).astype(np.int8)
    levels[direction < 0] = levels[direction < 0, ::-1]
    return Levels(levels, direction)
