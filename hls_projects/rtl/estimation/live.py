"""What a network's hardware keeps, from the heads back, and the registers that hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import KINDS, Interval, Layer, Role
from hls_projects.kinds.windows import windows_of
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
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
        named: position of the layer whose sums it takes; its own where it takes none.
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
        bits: (atoms,), those that can change.
        ffs: registered bits, a valid bit a stage among them.
    """

    ends: tuple[End, ...]
    bits: np.ndarray
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
        form = network.input
        lowest = np.full(form.shape, form.lowest, np.int64)
        highest = np.full(form.shape, form.highest, np.int64)
        self.ranges: dict[int, Interval] = {INPUT: (lowest, highest)}
        self.ranges |= enumerate(network.ranges())
        self.depths = {INPUT: 0, **dict(enumerate(activation_depths(network)))}
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
        self.bits = np.concatenate([self._changing(position) for position in self.atoms])

    def back(self) -> Live:
        layers = self.network.layers
        last = np.full(len(self.bits), NEVER)
        held: dict[int, np.ndarray] = {}
        ends: list[End] = []
        for position in reversed(range(len(layers))):
            if layers[position].role not in ENDS:
                continue
            end = self._end(position, last)
            stage = self.depths[position] - (end.layer.role in REGISTERED)
            atoms = end.taken.atoms_of(end.needed)
            last[atoms] = np.maximum(last[atoms], stage)
            held[position] = end.registers
            ends.append(end)
        stages = 1 + max(self.depths.values())
        ffs = stages + sum(self._registered(position, last, held) for position in (INPUT, *held))
        return Live(tuple(ends[::-1]), self.bits, ffs)

    def _add_atoms(self, position: int) -> None:
        first = max((atoms.stop for atoms in self.atoms.values()), default=0)
        bits = self._changing(position)
        self.atoms[position] = slice(first, first + bits.size)
        shape = self.ranges[position][0].shape
        self.values[position] = Terms.of_atoms(first, shape, int(bits.max()))

    def _changing(self, position: int) -> np.ndarray:
        return changing_bits(self.ranges[position]).reshape(-1)

    def _end(self, position: int, last: np.ndarray) -> End:
        layer, (source,) = self.network.layers[position], self.network.taken[position]
        taken, bounds = self.values[source], self.ranges[source]
        registers = self._changing(position)
        if layer.role is Role.OUTPUT:
            # All logits are as wide as the widest; sign bits are not shared.
            registers = np.where(registers > 0, logit_bits(self.network), 0)
            taken = self.values[position]
        else:
            registers = registers * (last[self.atoms[position]] > NEVER)
        if layer.role is Role.ACTIVATION:
            # A sum of two values is one bit, whatever two activations it leads to.
            registers = np.minimum(registers, (bounds[1] - bounds[0]).reshape(-1))
        needed = _needed(layer, taken, registers > 0)
        return End(layer, self._named(position), taken, bounds, registers, needed)

    def _named(self, position: int) -> int:
        (source,) = self.network.taken[position]
        while source != INPUT and self.network.layers[source].role in (Role.SHAPE, Role.MOVE):
            (source,) = self.network.taken[source]
        sums = source != INPUT and self.network.layers[source].role in LINEAR
        encodes = self.network.layers[position].role is Role.ENCODER
        return source if sums and not encodes else position

    def _registered(self, position: int, last: np.ndarray, held: dict[int, np.ndarray]) -> int:
        """Bits of registers right after an end, and in later stages until nothing takes them."""
        role = Role.POOL if position == INPUT else self.network.layers[position].role
        if role is Role.OUTPUT:
            return int(held[position].sum())
        atoms = self.atoms[position]
        bits = held[position] if role in REGISTERED else self.bits[atoms]
        stages = last[atoms] - self.depths[position] + (role in REGISTERED)
        return int((bits * np.maximum(stages, 0)).sum())


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


def changing_bits(interval: Interval) -> np.ndarray:
    """How many bits are not the same in all two's complement integers between the bounds."""
    lowest, highest = interval
    across_zero = (lowest < 0) & (highest >= 0)
    spread = np.where(across_zero, 2 * np.maximum(highest, -lowest - 1) + 1, lowest ^ highest)
    return np.ceil(np.log2(spread + 1.0)).astype(np.int64)
