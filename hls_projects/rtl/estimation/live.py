"""What a network's hardware keeps, from the heads back, and the registers that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import KINDS, Interval, Layer, Role
from hls_projects.kinds.windows import windows_of
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.rtl.estimation.atoms import AtomTable, changing_bits
from hls_projects.rtl.estimation.numbers import logit_registers
from hls_projects.rtl.estimation.terms import LINEAR, Terms, linear
from hls_projects.rtl.pipeline.stages import REGISTERED, activation_depths, logit_bits

# Layers that logic is made for: all but the last are atoms of the sums after them.
ENDS = (*REGISTERED, Role.POOL, Role.OUTPUT)
# The stage after which nothing takes an atom that nothing takes at all.
NEVER = -1


@dataclass(frozen=True, eq=False)
class End:
    """An activation, a thermometer, a pool or a head, as far as hardware keeps it.

    Attributes:
        layer: what it is.
        named: position of the layer that its LUTs count to: whose sums it takes, or its own.
        taken: the values that it takes.
        bounds: of those, in their shape.
        registers: (outputs,), bits that can change and that a logit depends on.
        needed: (values taken,), which it needs for that.
    """

    layer: Layer
    named: int
    taken: Terms
    bounds: Interval
    registers: np.ndarray
    needed: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """(outputs,) bool."""
        return self.registers > 0


@dataclass(frozen=True, eq=False)
class Live:
    """What is left of a network.

    Attributes:
        ends: in order.
        table: what sums are made of.
        ffs: registered bits, a valid bit a stage among them.
    """

    ends: tuple[End, ...]
    table: AtomTable
    ffs: int


def live_parts(network: IntegerNetwork) -> Live:
    """What a network that is built all at once keeps.

    Raises:
        ValueError: for a kind of layer that RTL does not have.
    """
    return _Walk(network).back()


class _Walk:
    """Forward for what every value is a sum of, then back for what logits depend on."""

    def __init__(self, network: IntegerNetwork) -> None:
        self.network = network
        self.ranges: dict[int, Interval] = {INPUT: network.input.bounds()}
        self.ranges |= enumerate(network.ranges())
        self.depths = {INPUT: 0, **dict(enumerate(activation_depths(network)))}
        self.by_bounds = is_dense_sequence(network)
        self.table = AtomTable()
        self.values: dict[int, Terms] = {}
        self.atoms: dict[int, slice] = {}
        self._add_atoms(INPUT)
        for position, layer in enumerate(network.layers):
            if layer.kind not in KINDS:
                raise ValueError(
                    f"estimates are of layers that RTL has: {', '.join(KINDS)}. "
                    f"Received: {layer.kind}"
                )
            if layer.role in LINEAR:
                taken = [self.values[source] for source in network.taken[position]]
                shape = self.ranges[position][0].shape
                self.values[position] = linear(layer, taken, shape)
            else:
                self._add_atoms(position)

    def back(self) -> Live:
        layers = self.network.layers
        last = np.full(len(self.table.bits), NEVER)
        ends: list[End] = []
        for position in reversed(range(len(layers))):
            if layers[position].role in ENDS:
                end = self._end(position, last)
                stage = self.depths[position] - (end.layer.role in REGISTERED)
                atoms = end.taken.atoms_of(end.needed)
                last[atoms] = np.maximum(last[atoms], stage)
                ends.append(end)
        logits = sum(int(e.registers.sum()) for e in ends if e.layer.role is Role.OUTPUT)
        ffs = logits + sum(self._registered(last)) + 1 + max(self.depths.values())
        return Live(tuple(ends[::-1]), self.table, ffs)

    def _add_atoms(self, position: int) -> None:
        first, bounds = len(self.table.bits), self.ranges[position]
        role = None if position == INPUT else self.network.layers[position].role
        if role not in REGISTERED:
            self.table.add_bounded(bounds)
        elif self.by_bounds:
            self.table.add_bounded(bounds, self._held(position))
        else:
            self._add_levels(position)
        self.atoms[position] = slice(first, len(self.table.bits))
        bits = int(self.table.bits[first:].max())
        same = self.table.same[first:]
        self.values[position] = Terms.of_atoms(same, bounds[0].shape, bits)

    def _held(self, position: int) -> np.ndarray:
        bits = changing_bits(self.ranges[position]).reshape(-1)
        if self.network.layers[position].role is Role.ENCODER:
            return bits
        (source,) = self.network.taken[position]
        lowest, highest = self.ranges[source]
        # A sum of two values is one bit, whatever two activations it leads to.
        return np.minimum(bits, (highest - lowest).reshape(-1))

    def _add_levels(self, position: int) -> None:
        layer, (source,) = self.network.layers[position], self.network.taken[position]
        sums = self.values[source]
        rows = np.arange(sums.size).reshape(-1, sums.shape[-1])
        if layer.role is Role.ENCODER:
            rows, layer = rows[:, layer.feature], layer.comparisons
        times = rows.shape[0]
        levels, directions = [*layer.levels] * times, layer.direction.tolist() * times
        self.table.add_levels(
            self.depths[position], sums, rows.reshape(-1).tolist(), levels, directions
        )

    def _end(self, position: int, last: np.ndarray) -> End:
        layer, (source,) = self.network.layers[position], self.network.taken[position]
        taken = self.values[source]
        if layer.role is Role.OUTPUT:
            taken = self.values[position]
            registers = self._logit_registers(position)
        else:
            atoms = self.atoms[position]
            registers = self.table.held[atoms] * (last[atoms] > NEVER)
        needed = _needed(layer, taken, registers > 0)
        return End(layer, self._named(position), taken, self.ranges[source], registers, needed)

    def _logit_registers(self, position: int) -> np.ndarray:
        """All logits are as wide as the widest."""
        bits, width = changing_bits(self.ranges[position]), logit_bits(self.network)
        if self.by_bounds:
            return np.where(bits > 0, width, 0)
        bias = self.network.layers[position].bias
        return logit_registers(self.table, self.values[position], bias, width)

    def _named(self, position: int) -> int:
        (source,) = self.network.taken[position]
        while source != INPUT and self.network.layers[source].role in (Role.SHAPE, Role.MOVE):
            (source,) = self.network.taken[source]
        sums = source != INPUT and self.network.layers[source].role in LINEAR
        compares = self.network.layers[position].role in (Role.ENCODER, Role.POOL)
        return source if sums and not compares else position

    def _registered(self, last: np.ndarray) -> Iterator[int]:
        """Bits that registers hold after each stage but the last."""
        ready = np.zeros(len(last), np.int64)
        for position, atoms in self.atoms.items():
            registers = position != INPUT and self.network.layers[position].role in REGISTERED
            ready[atoms] = self.depths[position] - registers
        owners, signals = self.table.owners, self.table.signals
        for stage in range(max(self.depths.values())):
            held = (ready <= stage) & (last > stage)
            yield len(np.unique(signals[held[owners]]))


def is_dense_sequence(network: IntegerNetwork) -> bool:
    """Whether dense layers follow one another, as in the networks that the models were fitted on.

    Of those, bounds alone say which bits change, as in all records; equal signals are rare.
    """
    roles = (Role.WEIGHTED, Role.SHAPE, Role.OUTPUT, *REGISTERED)
    known = all(layer.role in roles and layer.windows is None for layer in network.layers)
    return network.is_sequence and known


def _needed(layer: Layer, taken: Terms, kept: np.ndarray) -> np.ndarray:
    """Which values (values taken,) outputs of an end depend on that are kept, bool (outputs,)."""
    if layer.role is Role.POOL:
        places = windows_of(layer.windows, taken.shape)
        seen = places.reshape(-1, places.shape[-1])[kept]
        return np.isin(np.arange(taken.size), seen)
    if layer.role is Role.ENCODER:
        copies = layer.copies(taken.shape[-1]).weights
        return (kept.reshape(-1, copies.shape[1]) @ copies.T > 0).reshape(-1)
    return kept
