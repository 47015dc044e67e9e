"""The numbers that sums are made of: their bits, and which signals those are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from hls_projects.kinds import Interval
from hls_projects.logic.signed_digits import signed_digits
from hls_projects.rtl.counters.level_steps import LevelSteps, level_steps
from hls_projects.rtl.estimation.terms import Terms


class AtomTable:
    """Numbers of the input, and those that activations, thermometers and pools make, in order.

    Attributes:
        bits: (atoms,), those that can change.
        lowest, span: (atoms,), of what they can encode: lowest … lowest + span.
        same: (atoms,), the first atom that always is equal; itself where there is none before.
        owners, signals: (bits held,), each atom's signals that a register holds, by number.
    """

    def __init__(self) -> None:
        empty = np.zeros(0, np.int64)
        self.bits = self.lowest = self.span = self.same = self.owners = self.signals = empty
        self._own: list[list[int]] = []
        self._known: dict[Hashable, int] = {}
        self._count = 0

    @property
    def held(self) -> np.ndarray:
        """(atoms,) how many signals of each a register holds."""
        return np.bincount(self.owners, minlength=len(self.bits))

    def add_bounded(self, bounds: Interval, held: np.ndarray | None = None) -> None:
        """Numbers of which only bounds are known; signals that differ from all others.

        Args:
            bounds: lowest and highest value of each.
            held: bits that a register holds, where those are not all that can change.
        """
        low, high = (bound.reshape(-1) for bound in bounds)
        bits = changing_bits((low, high))
        span = (1 << bits) - 1
        lowest = np.where((low < 0) & (high >= 0), -(1 << bits >> 1), low & ~span)
        same = len(self.bits) + np.arange(bits.size)
        own = [self._new(count) for count in (bits if held is None else held).tolist()]
        self._append(lowest, span, same, own)

    def add_levels(
        self,
        stage: int,
        sums: Terms,
        rows: Sequence[int],
        levels: Sequence[np.ndarray],
        directions: Sequence[int],
    ) -> None:
        """Numbers that say how many levels sums have reached; equal signals are one.

        Args:
            stage: in which they are compared, from 0.
            sums: of atoms.
            rows: which sum each number is of.
            levels, directions: of each number, as of a threshold layer.
        """
        lowest, highest = self.encoded(sums)
        ends = np.searchsorted(sums.rows, np.arange(sums.size + 1))
        found: list[tuple[int, int, int, list[int]]] = []
        for row, own, direction in zip(rows, levels, directions, strict=True):
            terms = slice(ends[row], ends[row + 1])
            span = int(highest[row] - lowest[row])
            steps = level_steps(own.tolist(), direction, int(lowest[row]), span)
            key, first, seen = _one_way(
                sums.atoms[terms], sums.factors[terms], steps, int(lowest[row])
            )
            atom = len(self.bits) + len(found)
            same = self._known.setdefault((stage, key, first, tuple(seen)), atom)
            toggles = _toggles(first, seen)
            mask = sum(1 << place for place in toggles)
            signals = [self._signal(stage, key, points) for points in toggles.values()]
            found.append((steps.first & ~mask, mask, same, list(dict.fromkeys(signals))))
        numbers = np.array([entry[:3] for entry in found], np.int64).reshape(-1, 3)
        self._append(*numbers.T, [entry[3] for entry in found])

    def encoded(self, sums: Terms) -> Interval:
        """Bounds (values,) of sums of bits: of 3 x = 4 x − x, that of 4 x and that of x."""
        values, places = np.unique(sums.factors, return_inverse=True)
        digits = [[sign << place for place, sign in signed_digits(n)] for n in values.tolist()]
        above = np.array([sum(n for n in own if n > 0) for own in digits], np.int64)[places]
        below = sums.factors - above
        low = self.lowest[sums.atoms]
        high = low + self.span[sums.atoms]
        return tuple(
            np.bincount(sums.rows, ends, sums.size).astype(np.int64)
            for ends in (above * low + below * high, above * high + below * low)
        )

    def _append(
        self, lowest: np.ndarray, span: np.ndarray, same: np.ndarray, own: list[list[int]]
    ) -> None:
        atoms = len(self.bits) + np.arange(len(own))
        bits = [mask.bit_count() for mask in span.tolist()]
        self.bits = np.append(self.bits, np.array(bits, np.int64))
        self.lowest, self.span = np.append(self.lowest, lowest), np.append(self.span, span)
        self.same = np.append(self.same, same)
        self.owners = np.append(self.owners, np.repeat(atoms, [len(signals) for signals in own]))
        flat = [signal for signals in own for signal in signals]
        self.signals = np.append(self.signals, np.array(flat, np.int64))
        self._own += own

    def _new(self, count: int) -> list[int]:
        self._count += count
        return list(range(self._count - count, self._count))

    def _signal(self, stage: int, key: tuple[bytes, bytes], points: tuple[int, ...]) -> int:
        """Of a bit that changes where a sum reaches each of some values."""
        known = (stage, key, points)
        if known not in self._known:
            own = self._bit_of_atom(key, points)
            self._known[known] = self._new(1)[0] if own is None else own
        return self._known[known]

    def _bit_of_atom(self, key: tuple[bytes, bytes], points: tuple[int, ...]) -> int | None:
        """The signal of a bit of the only atom of a sum; None for what is no such bit."""
        atoms = np.frombuffer(key[0], np.int64)
        if len(atoms) != 1:
            return None
        (atom,) = atoms.tolist()
        span, own = int(self.span[atom]), self._own[atom]
        reached = [value - int(self.lowest[atom]) for value in points]
        step = reached[0]
        # Bits of a number change at multiples of their weight.
        if len(own) < span.bit_length() or reached != list(range(step, span + 1, step)):
            return None
        return None if step & step - 1 else own[step.bit_length() - 1]


def _one_way(
    atoms: np.ndarray, factors: np.ndarray, steps: LevelSteps, lowest: int
) -> tuple[tuple[bytes, bytes], int, list[tuple[int, int]]]:
    """Factors without a common divisor, the first one above 0; the level; its changes.

    Sums that differ in sign or by a factor are the same function of their bits.

    Args:
        steps: of the sum above `lowest`.

    Returns:
        The atoms and factors; the level below all changes; from which value of the sum on it is
        which, ascending.
    """
    level, seen = steps.first, []
    for value, change in steps.changes.items():
        level += change
        seen.append((value + lowest, level))
    if not len(factors):
        return (b"", b""), level, []
    first, divisor = steps.first, int(np.gcd.reduce(factors))
    if factors[0] < 0:
        # The level that held up to where the next one began now begins there.
        levels = [first, *(own for _, own in seen)]
        values = [1 - value for value, _ in seen]
        first, divisor = level, -divisor
        seen = list(zip(values[::-1], levels[-2::-1], strict=True))
    reached = {-(-value // abs(divisor)): own for value, own in seen}
    return (atoms.tobytes(), (factors // divisor).tobytes()), first, list(reached.items())


def _toggles(first: int, seen: list[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """For each place of a level whose bit changes, the values from which on it is another."""
    found: dict[int, list[int]] = {}
    before = first
    for value, level in seen:
        for place in range((before ^ level).bit_length()):
            if (before ^ level) >> place & 1:
                found.setdefault(place, []).append(value)
        before = level
    return {place: tuple(found[place]) for place in sorted(found)}


def changing_bits(interval: Interval) -> np.ndarray:
    """How many bits are not the same in all two's complement integers between the bounds."""
    lowest, highest = interval
    across_zero = (lowest < 0) & (highest >= 0)
    spread = np.where(across_zero, 2 * np.maximum(highest, -lowest - 1) + 1, lowest ^ highest)
    return np.ceil(np.log2(spread + 1.0)).astype(np.int64)
