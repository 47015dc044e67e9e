"""Which sums occur, where one net can be a bit of several values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np

# A net, and whether it is complemented; net 0 is the constant 0.
Literal = tuple[int, bool]
FALSE = 0
# Nets of values that share nets, up to which all their assignments are tried.
MOST_NETS = 12


class Reach:
    """Sums over values whose bits stand on nets.

    Values that share a net, such as two neurons that are equal or each other's complement, are
    tried together: on all assignments of their nets, those left out where a value has a code that
    does not occur.  Of more than MOST_NETS nets every sum counts that is one of free values, and
    one of free nets.

    Args:
        literals: of each value, its bits, lowest first.
        signed: of each, whether the highest bit counts negative.
        codes: of each value, those that occur, ascending.
    """

    def __init__(
        self,
        literals: Sequence[Sequence[Literal]],
        signed: Sequence[bool],
        codes: Sequence[np.ndarray],
    ) -> None:
        self.literals, self.signed, self.codes = literals, signed, codes
        self.groups = [(values, self._together(values)) for values in self._groups()]

    def sums(self, weights: np.ndarray, offset: int) -> tuple[int, np.ndarray]:
        """The least sum, and whether it, the next one, … occur; bool.

        Args:
            weights: int64 (values,).
            offset: of the sum.
        """
        lowest, highest, reached = offset, offset, 1
        for values, codes in self.groups:
            column = weights[values]
            if column.any():
                least, found = self._of_group(values, codes, column)
                reached, highest = _joined(reached, found), highest + least + found[-1]
                lowest += least
        count = highest - lowest + 1
        octets = reached.to_bytes((count + 7) // 8, "little")
        bits = np.unpackbits(np.frombuffer(octets, np.uint8), count=count, bitorder="little")
        return int(lowest), bits > 0

    def _groups(self) -> list[list[int]]:
        """Values apart where they share no net."""
        of_net: dict[int, list[int]] = {}
        for value, literals in enumerate(self.literals):
            for net in {net for net, _ in literals} - {FALSE}:
                of_net.setdefault(net, []).append(value)
        parent = list(range(len(self.literals)))

        def root(value: int) -> int:
            while parent[value] != value:
                parent[value] = value = parent[parent[value]]
            return value

        for values in of_net.values():
            for value in values[1:]:
                parent[root(value)] = root(values[0])
        found: dict[int, list[int]] = {}
        for value in range(len(parent)):
            found.setdefault(root(value), []).append(value)
        return list(found.values())

    def _together(self, values: list[int]) -> np.ndarray | None:
        """Codes (assignments, values) that occur together; None for too many nets."""
        if len(values) == 1:
            return np.asarray(self.codes[values[0]], np.int64)[:, None]
        nets = sorted({net for value in values for net, _ in self.literals[value]} - {FALSE})
        if len(nets) > MOST_NETS:
            return None
        rows = np.arange(1 << len(nets))
        bits = {net: rows >> i & 1 for i, net in enumerate(nets)} | {FALSE: 0 * rows}
        found = np.zeros((len(rows), len(values)), np.int64)
        occur = np.ones(len(rows), bool)
        for place, value in enumerate(values):
            for weight, (net, inverted) in self._weighted(value):
                found[:, place] += weight * (bits[net] ^ inverted)
            occur &= np.isin(found[:, place], self.codes[value])
        return np.unique(found[occur], axis=0)

    def _weighted(self, value: int) -> list[tuple[int, Literal]]:
        literals = self.literals[value]
        last = len(literals) - 1
        return [
            (-(1 << place) if self.signed[value] and place == last else 1 << place, literal)
            for place, literal in enumerate(literals)
        ]

    def _of_group(
        self, values: list[int], codes: np.ndarray | None, column: np.ndarray
    ) -> tuple[int, list[int]]:
        """The least sum of a group, and how far above it the others are, ascending."""
        if codes is not None:
            sums = np.unique(codes @ column)
            return int(sums[0]), (sums - sums[0]).tolist()
        free_values = [self.codes[value] * w for value, w in zip(values, column, strict=True)]
        weights: dict[int, int] = {}
        offset = 0
        for value, weight in zip(values, column.tolist(), strict=True):
            for size, (net, inverted) in self._weighted(value):
                offset += weight * size if inverted else 0
                change = -weight * size if inverted else weight * size
                weights[net] = weights.get(net, 0) + change
        weights.pop(FALSE, None)
        free_nets = [np.array([0, w]) for w in weights.values()]
        first, second = _all(free_values, 0), _all(free_nets, offset)
        both = sorted(first & second)
        return both[0], [total - both[0] for total in both]


def _all(choices: Sequence[np.ndarray], offset: int) -> set[int]:
    """Every sum of one of each."""
    least = sum(int(c.min()) for c in choices)
    reached = reduce(_joined, (sorted((c - c.min()).tolist()) for c in choices), 1)
    return {offset + least + i for i in range(reached.bit_length()) if reached >> i & 1}


def _joined(reached: int, steps: list[int]) -> int:
    """Sums, one a bit, each with one of the steps added; they ascend from 0."""
    unit = steps[1] if len(steps) > 1 else 0
    if steps != [unit * i for i in range(len(steps))]:
        return reduce(or_, (reached << step for step in steps))
    covered = 1
    while covered < len(steps):
        more = min(covered, len(steps) - covered)
        reached |= reached << unit * more
        covered += more
    return reached
