"""Random networks with branches, inputs, heads, moves and pools, as sparse as trained ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from hls_projects.kinds import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    Head,
    Layer,
    Levels,
    MaxPool,
    Select,
    SumPool,
    UpSample,
)
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT

SAMPLES = 500
# The estimate was written with networks of seeds 0 to 3 in sight.
FIRST_SEED = 10


class Grown:
    """A network that grows layer by layer; levels are quantiles of the sums of random samples.

    Args:
        shape, bits, signed: of the input.
        zeros: share of the weights.
        levels: bits of activations.
        seed: another one, other weights.
    """

    def __init__(
        self, shape: tuple[int, ...], bits: int, signed: bool, zeros: float, levels: int, seed: int
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.form = InputFormat(bits, signed, 1.0, shape)
        self.zeros, self.bits = zeros, levels
        ends = self.form.lowest, self.form.highest + 1
        self.values = {INPUT: self.rng.integers(*ends, (SAMPLES, *shape)).astype(np.int32)}
        self.layers: list[Layer] = []
        self.sources: list[tuple[int, ...]] = []

    def add(self, layer: Layer, *taken: int) -> int:
        """Position of a layer that takes others."""
        self.layers.append(layer)
        self.sources.append(taken)
        position = len(self.layers) - 1
        self.values[position] = layer.forward(*(self.values[source] for source in taken))
        return position

    def weights(self, *shape: int) -> np.ndarray:
        kept = self.rng.random(shape) >= self.zeros
        return (kept * self.rng.choice([-1, 1], shape)).astype(np.int8)

    def dense(self, taken: int, outputs: int) -> int:
        return self.add(Dense(self.weights(self.values[taken].shape[-1], outputs)), taken)

    def conv(self, taken: int, filters: int, size: int = 3, stride: int = 1) -> int:
        weights = self.weights(size, size, self.values[taken].shape[-1], filters)
        return self.add(Conv2D(weights, (stride, stride), "same"), taken)

    def active(self, taken: int) -> int:
        sums = self.values[taken].reshape(-1, self.values[taken].shape[-1])
        shares = np.arange(1, 1 << self.bits) / (1 << self.bits)
        levels = np.quantile(sums, shares, axis=0, method="nearest").T
        # A channel whose lowest sum is a quantile would be there for every input.
        levels = np.maximum(levels, sums.min(axis=0)[:, None] + 1).astype(np.int32)
        return self.add(Levels(levels, np.ones(len(levels), np.int8)), taken)

    def join(self, *taken: int) -> int:
        return self.add(Concatenate((0,) * len(taken)), *taken)

    def sum(self, *taken: int) -> int:
        return self.add(Add((0,) * len(taken), (1,) * len(taken)), *taken)

    def head(self, taken: int, classes: int) -> int:
        bias = self.rng.integers(-9, 10, classes).astype(np.int32)
        return self.add(Head(bias), self.dense(taken, classes))

    def network(self) -> IntegerNetwork:
        return IntegerNetwork(self.form, tuple(self.layers), sources=tuple(self.sources))


def residual_dense(g: Grown) -> None:
    """Two shortcuts around a dense layer, added to its sums."""
    x = g.active(g.dense(INPUT, 32))
    for _ in range(2):
        x = g.active(g.sum(g.dense(g.active(g.dense(x, 32)), 32), x))
    g.head(x, 10)


def wide_and_deep(g: Grown) -> None:
    """Inputs beside the activations of two layers, and a head after each."""
    first = g.active(g.dense(INPUT, 40))
    second = g.active(g.dense(first, 24))
    g.head(first, 4)
    g.head(g.join(INPUT, first, second), 10)


def summed_branches(g: Grown) -> None:
    """Sums of the inputs and of activations, added before anything counts them."""
    first = g.active(g.dense(INPUT, 40))
    both = g.sum(g.dense(INPUT, 24), g.dense(first, 24))
    g.head(g.active(both), 8)


def two_inputs(g: Grown) -> None:
    """An image of 6 × 6 with a convolution and a pool, beside a vector; two heads."""
    image, track = g.add(Select(0, (6, 6, 1)), INPUT), g.add(Select(36, (12,)), INPUT)
    x = g.add(MaxPool((2, 2), (2, 2)), g.active(g.conv(image, 6)))
    y = g.active(g.dense(track, 12))
    both = g.join(g.add(Flatten(), x), y)
    g.head(both, 3)
    g.head(g.active(g.dense(both, 12)), 2)


def u_net(g: Grown) -> None:
    """Pooled, convolved, upsampled, and beside what was there before the pool."""
    fine = g.active(g.conv(INPUT, 4))
    coarse = g.active(g.conv(g.add(MaxPool((2, 2), (2, 2)), fine), 4))
    both = g.join(g.add(UpSample((2, 2)), coarse), fine)
    sums = g.add(SumPool((3, 3), (3, 3), 4), g.active(g.conv(both, 4, 1)))
    g.head(g.add(Flatten(), sums), 5)


def residual_images(g: Grown) -> None:
    """A stream: a shortcut around two convolutions, an average, and a branched end."""
    x = g.active(g.conv(INPUT, 8))
    x = g.active(g.sum(g.conv(g.active(g.conv(x, 8)), 8), x))
    x = g.active(g.conv(x, 12, 3, 2))
    flat = g.add(Flatten(), x)
    hidden = g.active(g.dense(flat, 24))
    g.head(g.active(g.sum(g.dense(hidden, 24), hidden)), 10)


# A name, what it consists of, and the shape of its input.
SHAPES: dict[str, tuple[Callable[[Grown], None], tuple[int, ...]]] = {
    "residual, dense": (residual_dense, (64,)),
    "wide and deep": (wide_and_deep, (48,)),
    "sums of branches": (summed_branches, (64,)),
    "two inputs": (two_inputs, (48,)),
    "U-Net": (u_net, (6, 6, 2)),
    "residual, images": (residual_images, (8, 8, 3)),
}
# Bits of inputs, whether they are signed, share of zeros, bits of activations.
SETTINGS = ((1, False, 0.8, 2), (2, True, 0.9, 2), (4, False, 0.85, 1), (3, True, 0.7, 3))


def graph_networks() -> Iterator[tuple[str, IntegerNetwork]]:
    """Every shape in every setting, by name."""
    for name, (grow, shape) in SHAPES.items():
        for seed, setting in enumerate(SETTINGS, FIRST_SEED):
            grown = Grown(shape, *setting, seed)
            grow(grown)
            bits, signed, zeros, levels = setting
            sign = "s" if signed else ""
            yield f"{name}, i{bits}{sign}-a{levels}-s{100 * zeros:.0f}", grown.network()
