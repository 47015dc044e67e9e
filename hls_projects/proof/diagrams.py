"""Functions of bits: as decision diagrams, words of simulations, weighted sums and their bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def diagram_manager() -> Any:
    """A manager of diagrams: CUDD's, or that of dd in Python where CUDD is missing."""
    try:
        from dd.cudd import BDD
    except ImportError:
        from dd.autoref import BDD

        manager = BDD()
    else:  # the cache grows; at CUDD's size a manager of few nodes takes 8 ms
        manager = BDD(initial_cache_size=1 << 12)
    manager.configure(reordering=False)
    return manager


# Nodes of a manager, summed over its gates: half a minute or less.  A count, so that a slow machine
# gives the same verdict.
MOST_WORK = 500_000_000
# Gates between two looks at the manager's size, while it is small.
LOOKS = 16
SMALL = 500_000


class TooManyNodes(RuntimeError):
    """Diagrams grew larger than was allowed, or were large for too many gates."""


class Diagrams:
    """Decision diagrams over numbered variables; equal functions are equal objects.

    Args:
        variables: how many; the first one is at the top.
        most_nodes: above which `gate` raises TooManyNodes; so it does above MOST_WORK.
    """

    def __init__(self, variables: int, most_nodes: int = 1 << 62) -> None:
        self.manager = diagram_manager()
        self.most_nodes = most_nodes
        self._gates_made = self._work = self._nodes = 0
        self._more = range(0)
        self.false, self.true = self.manager.false, self.manager.true
        names = [f"x{i}" for i in range(variables)]
        self.manager.declare(*names)
        self.variables = [self.manager.var(name) for name in names]
        ite = self.manager.ite  # not self.…: in a circle, a manager's memory stays until gc runs
        self._gates: dict[str, Callable[..., Any]] = {
            "buffer": lambda a: a,
            "not": lambda a: ~a,
            "and": lambda a, b: a & b,
            "nand": lambda a, b: ~(a & b),
            "or": lambda a, b: a | b,
            "nor": lambda a, b: ~(a | b),
            "xor": lambda a, b: ite(a, ~b, b),
            "xnor": lambda a, b: ite(a, b, ~b),
            "andnot": lambda a, b: a & ~b,
            "ornot": lambda a, b: a | ~b,
            "mux": lambda a, b, s: ite(s, b, a),
            "nmux": lambda a, b, s: ~ite(s, b, a),
        }

    def gate(self, kind: str, values: tuple[Any, ...]) -> Any:
        self._gates_made += 1
        if self._nodes > SMALL or self._gates_made % LOOKS == 0:
            self._work += (1 if self._nodes > SMALL else LOOKS) * self._nodes
            self._nodes = len(self.manager)
            if self._nodes > self.most_nodes or self._work > MOST_WORK:
                raise TooManyNodes(f"{self._nodes:,} nodes after {self._gates_made:,} gates")
        return self._gates[kind](*values)

    def more_variables(self, count: int) -> range:
        """Numbers of variables below all others, made where there are too few."""
        first = len(self.variables) if not self._more else self._more[0]
        for number in range(len(self.variables), first + count):
            self.manager.declare(f"x{number}")
            self.variables.append(self.manager.var(f"x{number}"))
        self._more = self._more if count <= len(self._more) else range(first, first + count)
        return self._more[:count]

    def with_products(self, function: Any, products: Mapping[int, Sequence[int]]) -> Any:
        """A function with variables replaced by products of others."""
        if not products:
            return function
        found = {}
        for number, factors in products.items():
            term = self.true
            for factor in factors:
                term &= self.variables[factor]
            found[f"x{number}"] = term
        return self.manager.let(found, function)

    def differ(self, a: Any, b: Any) -> Any:
        """Where two functions differ."""
        return self.gate("xor", (a, b))

    def one_of(self, bits: Sequence[Any], codes: Iterable[int]) -> Any:
        """Whether the number that bits encode, lowest first, is one of the codes."""
        found = self.false
        for code in codes:
            term = self.true
            for place, bit in enumerate(bits):
                term &= bit if code >> place & 1 else ~bit
            found |= term
        return found

    def smallest(self, function: Any) -> dict[int, bool]:
        """Values of variables at which a function, not always 0, is 1; as few 1s as a walk finds.

        Variables that are not named do not matter.
        """
        found = self.manager.pick(function)
        return {int(name[1:]): value for name, value in found.items()}


class Lanes:
    """Words of `count` simulations side by side, as Python integers."""

    def __init__(self, count: int) -> None:
        self.false, self.true = 0, (1 << count) - 1

    def gate(self, kind: str, values: tuple[int, ...]) -> int:
        a, *rest = values
        ones = self.true
        if kind == "buffer":
            return a
        if kind == "not":
            return a ^ ones
        b = rest[0]
        if kind in ("mux", "nmux"):
            chosen = (b & rest[1]) | (a & ~rest[1])
            return chosen if kind == "mux" else chosen ^ ones
        return {
            "and": a & b, "nand": (a & b) ^ ones, "or": a | b, "nor": (a | b) ^ ones,
            "xor": a ^ b, "xnor": a ^ b ^ ones, "andnot": a & (b ^ ones), "ornot": a | (b ^ ones),
        }[kind]


@dataclass(frozen=True)
class WeightedSum:
    """offset + Σ weight · bit over nets, and over products of nets.

    Attributes:
        weights: of each net, nonzero.
        offset: the sum where every bit is 0.
        terms: of nets that stand for several bits, the weights of these, whose sum is the net's
            weight, or 0.
        products: of nets that multiply, nonzero; few.
    """

    weights: Mapping[int, int]
    offset: int = 0
    terms: Mapping[int, Sequence[int]] = field(default_factory=dict)
    products: Mapping[frozenset[int], int] = field(default_factory=dict)

    @property
    def lowest(self) -> int:
        """The sum where exactly the bits of negative weight are 1."""
        return self.offset + sum(w for w in self.weights.values() if w < 0)

    @property
    def highest(self) -> int:
        """The sum where exactly the bits of positive weight are 1."""
        return self.offset + sum(w for w in self.weights.values() if w > 0)


class PartBounds:
    """How large the sum of some nets can be, every net counted so that its weight is positive.

    A counter's digits are the sum of what enters, so what they hold came from there.  The sum of
    nets that stand side by side is then at most that of everything that any of them came from:
    the rest of it, in other nets, is not negative.

    Args:
        weights: of the nets at first.
    """

    def __init__(self, weights: Mapping[Hashable, int]) -> None:
        self._sizes = [abs(weight) for weight in weights.values()]
        self._sources = {net: frozenset((i,)) for i, net in enumerate(weights)}

    def of(self, nets: Iterable[Hashable]) -> int:
        """An upper bound of the sum of some nets."""
        return sum(self._sizes[i] for i in self._of(nets))

    def join(
        self, entering: Iterable[Hashable], leaving: Collection[Hashable], constant: int
    ) -> None:
        """A counter took some nets and gave the digits of their sum plus a constant, ≥ 0."""
        sources = self._of(entering)
        if constant:
            sources |= {len(self._sizes)}
            self._sizes.append(constant)
        for net in leaving:
            self._sources[net] = self._sources.get(net, frozenset()) | sources

    def renew(self, net: Hashable, size: int) -> None:
        """A net is from now on a source of its own, of at most this size."""
        self._sources[net] = frozenset((len(self._sizes),))
        self._sizes.append(size)

    def _of(self, nets: Iterable[Hashable]) -> frozenset[int]:
        return frozenset().union(*(self._sources[net] for net in nets))


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
