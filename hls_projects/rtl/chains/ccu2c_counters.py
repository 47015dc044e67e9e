"""A counter on ECP5's carry chain, of real bits: terms, their order, truth tables.

A position's generate function is the first four entries of its truth table, where pins C and D are
0.  So of two terms that fill four pins, the one on C and D must be 0 there; a term of one bit
leaves pin D, tied to 1, to tell the two tables apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import and_, xor

from hls_projects.logic.bits import ONE, ZERO, Bit, complement
from hls_projects.logic.netlist import ChainNode, Netlist, renumber
from hls_projects.logic.truth_table import Table
from hls_projects.rtl.chains.ccu2c_moves import pairs_taken


@dataclass(frozen=True)
class LutPosition:
    """Half a CCU2C: pins A to D, and p over them; g is p where C and D are 0."""

    pins: tuple[Bit, ...]
    table: Table


@dataclass(frozen=True)
class LutChain(ChainNode):
    """A counter in LUT4s with a carry; several share a physical chain."""

    carry_in: Bit
    positions: tuple[LutPosition, ...]
    outputs: tuple[int, ...] = ()

    @property
    def inputs(self) -> tuple[int, ...]:
        bits = [self.carry_in, *(bit for position in self.positions for bit in position.pins)]
        return tuple(bit.signal for bit in bits if not bit.constant)

    @property
    def length(self) -> int:
        return len(self.positions)

    def renumbered(self, numbers: dict[int, int]) -> LutChain:
        positions = (
            LutPosition(tuple(renumber(pin, numbers) for pin in position.pins), position.table)
            for position in self.positions
        )
        outputs = tuple(numbers[signal] for signal in self.outputs)
        return LutChain(renumber(self.carry_in, numbers), tuple(positions), outputs)


@dataclass(frozen=True)
class Term:
    """A bit, or a function of two, which is added in a position."""

    bits: tuple[Bit, ...]
    function: Callable[[int, int], int] = xor

    def value(self, raw: Sequence[int]) -> int:
        """The term, from the signals under its bits."""
        values = [signal ^ bit.inverted for signal, bit in zip(raw, self.bits, strict=False)]
        return values[0] if len(values) == 1 else self.function(*values)

    @property
    def starts_low(self) -> bool:
        """Whether it may be on pins C and D."""
        return len(self.bits) == 1 or not self.value((0, 0))


def build_counter(
    netlist: Netlist, place: int, carry_in: Bit, taken: Sequence[Sequence[Bit]]
) -> list[tuple[int, Bit]]:
    """(column, bit) of every sum and of the carry out.

    Args:
        netlist: where the chain goes.
        place: column of the first position.
        carry_in: a bit of that column.
        taken: bits of each position's own column.
    """
    positions = []
    pairs: list[tuple[Bit, ...]] = []
    for bits in taken:
        terms = [_conjunction(*pair) for pair in pairs]
        singles, pairs = _pair_up(bits, pairs_taken(len(bits), len(terms)))
        terms += [_parity(*pair) for pair in pairs] + [Term((bit,)) for bit in singles]
        positions.append(_position(_ordered(netlist, terms)))
    signals = netlist.add_chain(LutChain(carry_in, tuple(positions)))
    return [(place + i, Bit(signal)) for i, signal in enumerate(signals)]


def _parity(first: Bit, second: Bit) -> Term:
    return Term((complement(first),)) if second == ONE else Term((first, second))


def _conjunction(first: Bit, second: Bit) -> Term:
    return Term((first,)) if second == ONE else Term((first, second), and_)


def _pair_up(bits: Sequence[Bit], pairs: int) -> tuple[list[Bit], list[tuple[Bit, ...]]]:
    """Single bits, and pairs of equal polarity as far as there are; a constant 1 comes last."""
    left = sorted(bits, key=lambda bit: (bit.inverted, bit.constant))
    made = []
    for _ in range(pairs):
        first = left.pop(0)
        mate = next((bit for bit in left if bit.inverted == first.inverted), left[-1])
        left.remove(mate)
        made.append((first, mate))
    return left, made


def _ordered(netlist: Netlist, terms: list[Term]) -> list[Term]:
    """At most two terms, the last of which may be on pins C and D."""
    ordered = sorted(terms, key=lambda term: (term.starts_low, -len(term.bits)))
    if len(ordered) == 2 and not ordered[1].starts_low:
        first, second = ordered[1].bits
        raised = next(bit for bit in (first, second) if bit.inverted)
        other = second if raised is first else first
        ordered[1] = Term((netlist.inverter(raised), other), ordered[1].function)
    return ordered


def _position(terms: Sequence[Term]) -> LutPosition:
    low, high = (*terms, Term((ZERO,)), Term((ZERO,)))[:2]
    wide = len(high.bits) == 2
    pins = [*_pins(low, ZERO), *_pins(high, ZERO if wide else ONE)]
    table = []
    for address in range(16):
        raw = [address >> i & 1 for i in range(4)]
        adds = wide or raw[3]
        table.append(low.value(raw[:2]) ^ (high.value(raw[2:]) if adds else 0))
    return LutPosition(tuple(pins), tuple(table))


def _pins(term: Term, padding: Bit) -> tuple[Bit, ...]:
    return (*(Bit(bit.signal) for bit in term.bits), padding)[:2]
