"""Functions of a weighted sum of bits: what a neuron's outputs are, as decision diagrams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hls_projects.proof.diagrams import Diagrams


@dataclass(frozen=True)
class WeightedSum:
    """offset + Σ weight · bit over nets.

    Attributes:
        weights: of each net, nonzero.
        offset: the sum where every bit is 0.
    """

    weights: Mapping[int, int]
    offset: int = 0

    @property
    def lowest(self) -> int:
        """The sum where exactly the bits of negative weight are 1."""
        return self.offset + sum(w for w in self.weights.values() if w < 0)

    @property
    def highest(self) -> int:
        """The sum where exactly the bits of positive weight are 1."""
        return self.offset + sum(w for w in self.weights.values() if w > 0)


@dataclass(frozen=True, eq=False)
class Table:
    """One bit as a function of an integer.

    Args:
        first: the integer of the first entry.
        bits: the bit at first, first + 1, …; at its ends the table goes on with its last entries.
    """

    first: int
    bits: np.ndarray

    def at(self, value: int) -> bool:
        place = min(max(value - self.first, 0), len(self.bits) - 1)
        return bool(self.bits[place])

    def constant(self, lowest: int, highest: int) -> bool:
        """Whether the bit is the same at all integers from lowest to highest."""
        a, b = (min(max(v - self.first, 0), len(self.bits) - 1) for v in (lowest, highest))
        changes = self.__dict__.get("_changes")
        if changes is None:
            changes = np.concatenate([[0], np.cumsum(self.bits[1:] != self.bits[:-1])]).tolist()
            object.__setattr__(self, "_changes", changes)
        return changes[a] == changes[b]


def inside(lowest: int, highest: int) -> Table:
    """1 from lowest to highest, 0 outside."""
    bits = np.ones(highest - lowest + 3, bool)
    bits[[0, -1]] = False
    return Table(lowest - 1, bits)


def sum_diagram(
    diagrams: Diagrams, terms: Sequence[tuple[int, int]], offset: int, table: Table
) -> Any:
    """The diagram of table[offset + Σ weight · variable], layer by layer from the last variable.

    A node stands for a variable and the sum of the terms before it, so there are at most as many
    as variables times sums; those that lead to one value only are not made.

    Args:
        diagrams: the manager.
        terms: variable and weight, variables ascending.
        offset: of the sum.
        table: of the sum.
    """
    low = [0] * (len(terms) + 1)
    high = [0] * (len(terms) + 1)
    for i in reversed(range(len(terms))):
        low[i] = low[i + 1] + min(terms[i][1], 0)
        high[i] = high[i + 1] + max(terms[i][1], 0)
    layers: list[set[int]] = [{offset}]
    for i, (_, weight) in enumerate(terms):
        open_ = [s for s in layers[i] if not table.constant(s + low[i], s + high[i])]
        layers[i] = set(open_)
        layers.append({t for s in open_ for t in (s, s + weight)})
    below: dict[int, Any] = {}
    constants = {False: diagrams.false, True: diagrams.true}
    for i in reversed(range(len(terms) + 1)):
        level: dict[int, Any] = {}
        for s in layers[i] if i < len(terms) else ():
            variable = diagrams.variables[terms[i][0]]
            level[s] = diagrams.manager.ite(
                variable, _or_constant(below, s + terms[i][1], table, constants),
                _or_constant(below, s, table, constants))
        below = level
    return _or_constant(below, offset, table, constants)


def _or_constant(
    below: dict[int, Any], value: int, table: Table, constants: dict[bool, Any]
) -> Any:
    found = below.get(value)
    return constants[table.at(value)] if found is None else found
