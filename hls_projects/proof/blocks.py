"""What a network's layers mean, one block for every row of registers: sums, then levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hls_projects.kinds import Head, Layer, Levels, Role
from hls_projects.proof.diagrams import Table


@dataclass(frozen=True, eq=False)
class Block:
    """acc = offset + values · weights; then levels, or acc itself as the logits.

    Attributes:
        name: of the layer that holds the weights, such as dense_2.
        weights: int64 (values, neurons).
        offset: int64 (neurons,).
        threshold: levels and direction, one row a neuron; None for logits.
        codes: of each value, those that occur, ascending; none before they are known.
        labels: of each neuron, the layer and its place there, where these are of several layers.
        passing: so many neurons, the last ones, are earlier values that only go past the block.
    """

    name: str
    weights: np.ndarray
    offset: np.ndarray
    threshold: Levels | None
    codes: tuple[np.ndarray, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    passing: int = 0

    def label(self, neuron: int) -> tuple[str, int]:
        """The neuron's layer, and its place there."""
        return self.labels[neuron] if self.labels else (self.name, neuron)

    @property
    def neurons(self) -> int:
        return self.weights.shape[1]

    def ranges(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of each neuron's acc, int64 (neurons,)."""
        lowest = np.array([c[0] for c in self.codes], np.int64)
        highest = np.array([c[-1] for c in self.codes], np.int64)
        positive, negative = np.maximum(self.weights, 0), np.minimum(self.weights, 0)
        return (
            self.offset + lowest @ positive + highest @ negative,
            self.offset + highest @ positive + lowest @ negative,
        )

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Values (samples, values) to acc (samples, neurons), int64."""
        exact = values.astype(np.float64) @ self.weights.astype(np.float64)
        return exact.astype(np.int64) + self.offset

    def results(self, sums: np.ndarray) -> np.ndarray:
        """Acc (samples, neurons) to levels, or to themselves."""
        return sums if self.threshold is None else self.threshold.forward(sums).astype(np.int64)

    @cached_property
    def by_sum(self) -> list[tuple[int, np.ndarray]]:
        """Of each neuron its least acc that occurs, and its results there, at the next one, …"""
        ends = zip(*self.ranges(), strict=True)
        return [(int(a), self.results_at(n, int(a), int(b))) for n, (a, b) in enumerate(ends)]

    def results_at(self, neuron: int, lowest: int, highest: int) -> np.ndarray:
        """A neuron's results where acc is lowest … highest, int64."""
        acc = np.arange(lowest, highest + 1, dtype=np.int64)
        if self.threshold is None:
            return acc
        row = slice(neuron, neuron + 1)
        one = Levels(self.threshold.levels[row], self.threshold.direction[row])
        return one.forward(acc[:, None])[:, 0].astype(np.int64)


def identity(codes: tuple[np.ndarray, ...]) -> Block:
    """Values as they are."""
    count = len(codes)
    return Block("", np.eye(count, dtype=np.int64), np.zeros(count, np.int64), None, codes)


def bit_table(first: int, results: np.ndarray, place: int, inverted: bool = False) -> Table:
    """One bit of the results, two's complement, or its complement, as a function of the sum."""
    return Table(first, (results >> place & 1).astype(bool) ^ inverted)


def make_blocks(
    layers: Sequence[Layer],
    names: Sequence[str],
    shape: tuple[int, ...],
    open_end: bool = False,
) -> Iterator[Block]:
    """The blocks of layers that are linear between levels, without their codes.

    Args:
        layers: of the integer network, up to and with its head, or to a threshold.
        names: of the layers.
        shape: of the input.
        open_end: whether sums may be the last results, without levels or a head.
    """
    pending: list[Layer] = []
    name = ""
    for layer, own in _written_out(layers, names, shape):
        if hasattr(layer, "weights"):
            name = own
        if not isinstance(layer, Levels):
            pending.append(layer)
        if isinstance(layer, (Levels, Head)):
            weights, offset, shape = _linear(pending, shape)
            threshold = _by_neuron(layer, len(offset)) if isinstance(layer, Levels) else None
            yield Block(name or own, weights, offset, threshold)
            pending, name = [], ""
    if open_end and pending:
        weights, offset, _ = _linear(pending, shape)
        yield Block(name, weights, offset, None)


def _written_out(
    layers: Sequence[Layer], names: Sequence[str], shape: tuple[int, ...]
) -> Iterator[tuple[Layer, str]]:
    """The layers and their names, a thermometer as copies of its features and their levels."""
    for layer, name in zip(layers, names, strict=True):
        if layer.role is Role.ENCODER:
            yield layer.copies(shape[-1]), name
            yield layer.comparisons, name
        else:
            yield layer, name
        shape = layer.output_shape(shape)


def _linear(
    layers: Sequence[Layer], shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Weights and offset of layers in a row, by their own arithmetic on 0 and on unit values."""
    size = int(np.prod(shape))
    x = np.vstack([np.zeros((1, size), np.int32), np.eye(size, dtype=np.int32)])
    x = x.reshape(-1, *shape)
    for layer in layers:
        x = layer.forward(x)
    shape = x.shape[1:]
    flat = x.reshape(len(x), -1).astype(np.int64)
    return flat[1:] - flat[0], flat[0], shape


def _by_neuron(threshold: Levels, neurons: int) -> Levels:
    """A threshold layer with a row for every neuron, not only for every channel."""
    repeats = neurons // len(threshold.direction)
    return Levels(np.tile(threshold.levels, (repeats, 1)), np.tile(threshold.direction, repeats))
