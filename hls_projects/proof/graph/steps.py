"""A network with branches or pools, written out all at once, as steps between registers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import Layer, Levels, Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.proof.blocks import Block
from hls_projects.proof.circuit import CircuitError

# Of all values that go on together, or of each.
Ends = int | np.ndarray
# A row of registers follows them.
REGISTERED = (Role.ACTIVATION, Role.ENCODER)
LARGEST, LEAST = np.iinfo(np.int32).max, np.iinfo(np.int32).min
# In place of a value's number: a constant, and what lies outside of an image.
CONSTANT, OUTSIDE = -1, -2
# Of a value that goes on past a row of registers.
MOST_BITS = 8


@dataclass(frozen=True)
class Pool:
    """Values that are each the largest of some; they go on beside those that were there.

    Attributes:
        name: of the layer.
        taps: of each value, places of those that it is the largest of.
        floors: of each value, a constant that it is not below; None where there is none.
    """

    name: str
    taps: tuple[tuple[int, ...], ...]
    floors: tuple[int | None, ...]


@dataclass(frozen=True)
class _Going:
    """Values that stand between two rows of registers: the first one's place, shape and least.

    Attributes:
        lowest: of all, or of each.
    """

    first: int
    shape: tuple[int, ...]
    lowest: int | np.ndarray

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def graph_steps(network: IntegerNetwork) -> Iterator[Block | Pool]:
    """Blocks and pools of a network, in the order in which they are to be proved.

    A row of registers stands after the activations of each depth: how many activations are on the
    longest way to a layer.  A block makes what such a row holds: the activations, and the earlier
    values that a later block takes, whose codes are counted from 0.

    Raises:
        CircuitError: for pools of sums, and values that go on of more than 8 bits.
    """
    yield from _Steps(network).steps()


class _Steps:
    def __init__(self, network: IntegerNetwork) -> None:
        self.network = network
        self.names = network.layer_names
        self.shapes = dict(enumerate(network.shapes())) | {INPUT: network.input.shape}
        self.depths = self._depths()
        # Whether the first values count below 0.
        self.going = {INPUT: _Going(0, network.input.shape, 0)}
        self.codes: dict[int, tuple[Ends, Ends]] = {
            INPUT: tuple(end.reshape(-1) for end in network.input.bounds())
        }

    def steps(self) -> Iterator[Block | Pool]:
        last = max(self.depths)
        for depth in range(last + 1):
            for position, layer in enumerate(self.network.layers):
                if layer.role is Role.POOL and self.depths[position] == depth:
                    yield self._pool(position, layer)
            yield self._row(depth) if depth < last else self._logits()

    def _depths(self) -> list[int]:
        """Activations on the longest way to each layer; heads come at once."""
        depths: list[int] = []
        for layer, taken in zip(self.network.layers, self.network.taken, strict=True):
            before = max(0 if source == INPUT else depths[source] for source in taken)
            depths.append(before + (layer.role in REGISTERED))
        for head in self.network.heads:
            depths[head] = max(depths)
        return depths

    @property
    def _count(self) -> int:
        return sum(going.size for going in self.going.values())

    def _affine(self, position: int, known: dict[int, np.ndarray]) -> np.ndarray:
        """A layer's values where those that go on are the least, and where each is one more."""
        if position not in known:
            if position in self.going:
                known[position] = self._units(self.going[position])
            elif position == INPUT or self.network.layers[position].role is Role.POOL:
                raise CircuitError("values that no register holds are taken")
            else:
                taken = [self._affine(source, known) for source in self.network.taken[position]]
                known[position] = self.network.layers[position].forward(*taken)
        return known[position]

    def _units(self, going: _Going) -> np.ndarray:
        found = np.full((1 + self._count, going.size), going.lowest, np.int32)
        found[1 + going.first + np.arange(going.size), np.arange(going.size)] += 1
        return found.reshape(-1, *going.shape)

    def _linear(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Weights (values, outputs) and offsets of what a layer makes of those that go on."""
        flat = self._affine(position, {}).astype(np.int64)
        flat = flat.reshape(len(flat), -1)
        return flat[1:] - flat[0], flat[0]

    def _pool(self, position: int, layer: Layer) -> Pool:
        (source,) = self.network.taken[position]
        weights, offset = self._linear(source)
        chosen = np.where(weights.any(axis=0), weights.argmax(axis=0), CONSTANT)
        single = (np.abs(weights).sum(axis=0) == 1) & (weights.max(axis=0) == 1)
        lows = set(offset[single].tolist())
        if not (single | (chosen == CONSTANT)).all() or len(lows) != 1:
            raise CircuitError("a max pool of sums is simulated")
        low, shape = lows.pop(), self.shapes[position]
        windows = [
            np.stack(list(layer.windows.taps(row.reshape(1, *self.shapes[source]), OUTSIDE)), -1)
            for row in (chosen, offset - low)
        ]
        taps, values = (w.reshape(math.prod(shape), -1) for w in windows)
        pairs = zip(taps, values, strict=True)
        floors = [row[tap == CONSTANT].max(initial=-1) for tap, row in pairs]
        if any((tap < 0).all() and floor < 0 for tap, floor in zip(taps, floors, strict=True)):
            raise CircuitError("a max pool of constants is simulated")
        lowest, highest = (end[chosen[single]] for end in self._ends())
        self.going[position] = _Going(self._count, shape, low)
        self.codes[position] = int(lowest.min()), int(highest.max())
        return Pool(
            self.names[position],
            tuple(tuple(row[row >= 0].tolist()) for row in taps),
            tuple(None if floor < 0 else int(floor) for floor in floors),
        )

    def _ends(self) -> np.ndarray:
        """Lowest and highest code of every value that goes on, (2, values)."""
        found = np.empty((2, self._count), np.int64)
        for position, going in self.going.items():
            for row, end in zip(found, self.codes[position], strict=True):
                row[going.first : going.first + going.size] = end
        return found

    def _row(self, depth: int) -> Block:
        """The registers after the activations of a depth."""
        parts, levels, labels = [], [], []
        following: dict[int, _Going] = {}
        codes: dict[int, tuple[Ends, Ends]] = {}
        first = 0
        for position, layer in enumerate(self.network.layers):
            if layer.role in REGISTERED and self.depths[position] == depth + 1:
                weights, offset, steps = self._activation(position, layer)
                parts.append((weights, offset))
                levels += steps
                labels += [(self._sums_name(position), i) for i in range(len(offset))]
                following[position] = _Going(first, self.shapes[position], 0)
                codes[position] = 0, len(steps[0][0])
                first += len(offset)
        own = first
        for position in self._taken_after(depth):
            going = self.going[position]
            low, high = (np.broadcast_to(end, going.size) for end in self.codes[position])
            if (high - low >= 1 << MOST_BITS).any():
                raise CircuitError(f"values of more than {MOST_BITS} bits that go on are simulated")
            weights = np.zeros((self._count, going.size), np.int64)
            weights[going.first + np.arange(going.size), np.arange(going.size)] = 1
            parts.append((weights, np.full(going.size, going.lowest)))
            ends = zip(low.tolist(), high.tolist(), strict=True)
            levels += [(list(range(least + 1, most + 1)), 1) for least, most in ends]
            name = "input" if position == INPUT else self.names[position]
            labels += [(name, i) for i in range(going.size)]
            following[position] = _Going(first, going.shape, low)
            codes[position] = low, high
            first += going.size
        block = Block(
            " and ".join(dict.fromkeys(name for name, _ in labels)),
            np.hstack([weights for weights, _ in parts]),
            np.concatenate([offset for _, offset in parts]),
            _levels(levels),
            labels=tuple(labels),
            passing=first - own,
        )
        self.going, self.codes = following, codes
        return block

    def _activation(
        self, position: int, layer: Layer
    ) -> tuple[np.ndarray, np.ndarray, list[tuple[list[int], int]]]:
        """Sums, and levels and direction of each."""
        (source,) = self.network.taken[position]
        weights, offset = self._linear(source)
        steps = layer
        if layer.role is Role.ENCODER:
            columns = np.arange(len(offset)).reshape(self.shapes[source])[..., layer.feature]
            weights, offset = weights[:, columns.reshape(-1)], offset[columns.reshape(-1)]
            steps = layer.comparisons
        channels = len(steps.direction)
        every = [(steps.levels[i].tolist(), int(steps.direction[i])) for i in range(channels)]
        return weights, offset, every * (len(offset) // channels)

    def _sums_name(self, position: int) -> str:
        """Of the layer whose sums an activation takes, if they have one of their own."""
        (source,) = self.network.taken[position]
        weighted = source != INPUT and self.network.layers[source].role is Role.WEIGHTED
        return self.names[source if weighted else position]

    def _taken_after(self, depth: int) -> list[int]:
        """Values that go on and that something takes after the next row of registers."""
        found: set[int] = set()
        for position, layer in enumerate(self.network.layers):
            ends = layer.role in (*REGISTERED, Role.POOL, Role.OUTPUT)
            when = self.depths[position] - (layer.role in REGISTERED)
            if ends and when > depth:
                for source in self.network.taken[position]:
                    self._bases(source, found)
        return sorted(found)

    def _bases(self, position: int, found: set[int]) -> None:
        """Values that go on and that a layer takes, through others that no register follows."""
        if position in self.going:
            found.add(position)
        elif position != INPUT and self.network.layers[position].role not in REGISTERED:
            for source in self.network.taken[position]:
                self._bases(source, found)

    def _logits(self) -> Block:
        sums = [self._linear(head) for head in self.network.heads]
        labels = [
            (self.names[head], i)
            for head, (_, offset) in zip(self.network.heads, sums, strict=True)
            for i in range(len(offset))
        ]
        weights, offsets = (np.concatenate(parts, axis=-1) for parts in zip(*sums, strict=True))
        return Block(self.names[self.network.heads[-1]], weights, offsets, None,
                     labels=tuple(labels))


def _levels(found: list[tuple[list[int], int]]) -> Levels:
    """Levels of neurons, filled up to equally many by levels that no sum reaches."""
    most = max(len(levels) for levels, _ in found)
    most = (1 << most.bit_length()) - 1
    table = np.empty((len(found), most), np.int32)
    for row, (levels, direction) in zip(table, found, strict=True):
        row[: len(levels)] = levels
        row[len(levels) :] = LARGEST if direction > 0 else LEAST
    return Levels(table, np.array([direction for _, direction in found], np.int8))
