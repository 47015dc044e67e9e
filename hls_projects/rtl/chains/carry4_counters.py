"""Counters on a carry chain: which LUT drives which position, in which polarity.

The chain may carry complements (`flipped`), so that generate inputs and the carry in can be plain
wires of either polarity.  A position's sum is then flipped as well.

A carry in from the fabric shares its pin with the first position's bypass input, so the first
position then generates from O5 of its LUT; a counter whose bypass is a wire starts with a constant
instead.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from hls_projects.logic.bits import CONSTANT, Bit
from hls_projects.logic.expressions import concatenation, wire
from hls_projects.logic.netlist import ChainNode, Netlist, renumber

CARRY4_POSITIONS = 4


@dataclass(frozen=True)
class CarryChain(ChainNode):
    """CARRY4 cells in a row; p_i from a LUT, g_i from its second output or a wire.

    A position has one way out for its sum and its carry.  So where the last sum and the carry out
    are both needed, the carry `leaves` as the sum of one more position, which adds nothing.
    """

    carry_in: Bit
    propagates: tuple[int, ...]
    generates: tuple[Bit, ...]
    outputs: tuple[int, ...] = ()
    leaves: bool = True

    @property
    def inputs(self) -> tuple[int, ...]:
        bits = (self.carry_in, *self.generates)
        return self.propagates + tuple(bit.signal for bit in bits if not bit.constant)

    @property
    def selects(self) -> tuple[int, ...]:
        return self.propagates

    @property
    def length(self) -> int:
        return len(self.propagates)

    @property
    def more_positions(self) -> int:
        return int(self.leaves)

    @property
    def cells(self) -> int:
        return -(-(self.length + self.leaves) // CARRY4_POSITIONS)

    def without_unused(self, needed: Container[int]) -> CarryChain:
        return replace(self, leaves=self.outputs[-1] in needed and self.outputs[-2] in needed)

    def renumbered(self, numbers: dict[int, int]) -> CarryChain:
        return CarryChain(
            renumber(self.carry_in, numbers),
            tuple(numbers[signal] for signal in self.propagates),
            tuple(renumber(bit, numbers) for bit in self.generates),
            tuple(numbers[signal] for signal in self.outputs),
            self.leaves,
        )

    def lines(self, name: str, names: dict[int, str]) -> list[str]:
        """Pins are concatenations of scalars: simulators take a vector for a loop."""
        size = CARRY4_POSITIONS * self.cells
        sums = [f"{name}_o{i}" for i in range(size)]
        carries = [f"{name}_c{i}" for i in range(size)]
        selects = _filled([names[signal] for signal in self.propagates], size)
        generates = _filled([wire(bit, names) for bit in self.generates], size)
        lines = [f"wire {', '.join(sums + carries)};"]
        for first in range(0, size, CARRY4_POSITIONS):
            part = slice(first, first + CARRY4_POSITIONS)
            entering = (
                f".CI({carries[first - 1]}), .CYINIT(1'b0)"
                if first
                else f".CI(1'b0), .CYINIT({wire(self.carry_in, names)})"
            )
            lines.append(
                f"CARRY4 {name}_{first // CARRY4_POSITIONS} (.O({concatenation(sums[part])}), "
                f".CO({concatenation(carries[part])}), {entering}, "
                f".DI({concatenation(generates[part])}), .S({concatenation(selects[part])}));"
            )
        out = sums[self.length] if self.leaves else carries[self.length - 1]
        pairs = zip(self.outputs, [*sums[: self.length], out], strict=True)
        return lines + [f"assign {names[signal]} = {source};" for signal, source in pairs]


def _filled(names: list[str], size: int) -> list[str]:
    return names + ["1'b0"] * (size - len(names))


@dataclass
class Segment:
    """One counter of a chain.

    Attributes:
        bits: of column `place`.
        more: for A14 one bit of the next column; for T those of the column below, which that
            column's position takes too.
    """

    kind: str
    place: int
    bits: list[Bit]
    more: list[Bit]

    @property
    def bypassed(self) -> bool:
        """Six bits fill the first LUT: one of them generates directly, past the LUT."""
        return self.kind == "A6" and len(self.bits) == 6

    @property
    def takes_carry_in(self) -> bool:
        """As the first of a chain, one of the bits is the carry in."""
        return self.kind == "A14" or (self.kind == "F" and len(self.bits) == 3)


@dataclass(frozen=True)
class Position:
    """A chain's position: its column, its propagate signal, its raw generate bit."""

    place: int
    propagate: int
    generate: Bit


def build_chain(netlist: Netlist, segments: Sequence[Segment]) -> list[tuple[int, Bit]]:
    """(column, bit) of every sum and of the carry out."""
    flipped = _polarity(segments)
    carry_in = _take_carry_in(netlist, segments[0], flipped)
    positions = [p for segment in segments for p in _segment_positions(netlist, segment, flipped)]
    chain = CarryChain(
        carry_in,
        tuple(position.propagate for position in positions),
        tuple(position.generate for position in positions),
    )
    signals = netlist.add_chain(chain)
    bits = [Bit(signal, flipped) for signal in signals]
    if carry_in.constant:
        # The first sum is then the propagate LUT itself, p ⊕ 1 where the constant carries a 1.
        bits[0] = Bit(positions[0].propagate, carry_in.inverted ^ flipped)
    places = [position.place for position in positions]
    return list(zip([*places, places[-1] + 1], bits, strict=True))


def _polarity(segments: Sequence[Segment]) -> bool:
    """The polarity that needs fewer inverters."""
    bypassed = [segment.bits for segment in segments if segment.bypassed]
    inverters = [
        sum(all(bit.inverted != flipped for bit in bits) for bits in bypassed)
        for flipped in (False, True)
    ]
    if inverters[0] == inverters[1] and segments[0].takes_carry_in:
        signals = [bit for bit in segments[0].bits if not bit.constant]
        return bool(signals) and all(bit.inverted for bit in signals)
    return inverters[1] < inverters[0]


def _take_carry_in(netlist: Netlist, first: Segment, flipped: bool) -> Bit:
    """The raw bit that enters the chain, taken from the first segment if that has one to give."""
    if not first.takes_carry_in:
        return Bit(CONSTANT, flipped)
    bit = _latest(netlist, first.bits, flipped)
    first.bits.remove(bit)
    if bit.constant:
        return Bit(CONSTANT, bit.inverted ^ flipped)
    return _raw(netlist, bit, flipped)


def _latest(netlist: Netlist, bits: Sequence[Bit], flipped: bool) -> Bit:
    """The deepest bit of the wanted polarity; else a constant, else the deepest."""
    fitting = [bit for bit in bits if not bit.constant and bit.inverted == flipped]
    candidates = fitting or [bit for bit in bits if bit.constant] or bits
    return max(candidates, key=lambda bit: netlist.depth[bit.signal])


def _raw(netlist: Netlist, bit: Bit, flipped: bool) -> Bit:
    """The raw wire of a bit on a chain: the bit itself, or its complement if flipped."""
    if bit.constant:
        return Bit(CONSTANT, bit.inverted ^ flipped)
    if bit.inverted != flipped:
        return netlist.inverter(bit)
    return Bit(bit.signal)


def _segment_positions(netlist: Netlist, segment: Segment, flipped: bool) -> list[Position]:
    if segment.kind == "F":
        return [_adder(netlist, segment, flipped)]
    if segment.kind == "T":
        return [_third(netlist, segment, flipped)]
    if segment.bypassed:
        first, rest = _bypassed_position(netlist, segment, flipped)
    else:
        first, rest = _adder(netlist, segment, flipped), segment.bits[:-1]
    return [first, _second_position(netlist, rest, segment, flipped)]


def _adder(netlist: Netlist, segment: Segment, flipped: bool) -> Position:
    """Propagates the parity of the bits, generates the last one from the LUT's second output."""
    signals = netlist.propagate(segment.bits, lambda raw: (sum(raw) & 1, raw[-1] ^ flipped))
    return Position(segment.place, signals[0], Bit(signals[1]))


def _third(netlist: Netlist, segment: Segment, flipped: bool) -> Position:
    """Propagates a column's parity ⊕ the carry of three bits below, and generates that carry."""
    own = len(segment.bits)
    bits = [*segment.bits, *segment.more]

    def values(raw: list[int]) -> tuple[int, int]:
        carry = int(sum(raw[own:]) > 1)
        return (sum(raw[:own]) & 1) ^ carry, carry ^ flipped

    if len(bits) <= 5:
        signals = netlist.propagate(bits, values)
        return Position(segment.place, signals[0], Bit(signals[1]))
    (carry,) = netlist.lut_bits(segment.more, lambda raw: (int(sum(raw) > 1),))
    propagate, _ = netlist.propagate(bits, lambda raw: values(raw)[:1])
    return Position(segment.place, propagate, _raw(netlist, carry, flipped))


def _bypassed_position(
    netlist: Netlist, segment: Segment, flipped: bool
) -> tuple[Position, list[Bit]]:
    """Propagates the parity of six bits; one of them generates by wire."""
    bypass = _latest(netlist, segment.bits, flipped)
    rest = segment.bits.copy()
    rest.remove(bypass)
    generate = _raw(netlist, bypass, flipped)
    parity, _ = netlist.propagate([*rest, bypass], lambda raw: (sum(raw) & 1,))
    return Position(segment.place, parity, generate), rest


def _second_position(
    netlist: Netlist, rest: list[Bit], segment: Segment, flipped: bool
) -> Position:
    """Half of the other bits, with the bit above: 0, 1 or 2; propagates 1 and generates 2."""

    def values(raw: list[int]) -> tuple[int, int]:
        half = (sum(raw[: len(rest)]) >> 1) + sum(raw[len(rest) :])
        return int(half == 1), int(half == 2) ^ flipped

    signals = netlist.propagate([*rest, *segment.more], values)
    return Position(segment.place + 1, signals[0], Bit(signals[1]))
