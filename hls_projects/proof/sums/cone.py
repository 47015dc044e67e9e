"""The logic of one neuron: which nets depend on which nets of its sum."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from hls_projects.proof.circuit import FALSE, TRUE, Circuit
from hls_projects.proof.diagrams import PartBounds, WeightedSum
from hls_projects.proof.sums.together import Together

# Inputs of the widest counter that is looked for.
WIDEST = 8


class Cone:
    """The logic of one neuron, and the nets that its sum stands on.

    Args:
        circuit: the netlist.
        outputs: nets of the neuron's outputs.
        total: the sum over nets at which the cone begins.
        begin: more nets at which it begins, which have no weight.

    Attributes:
        total: the sum over the nets that are left; the same integer for every input.
        aliases: nets that equal a net of the sum, or its complement.
        counters: how many were replaced.
    """

    def __init__(
        self,
        circuit: Circuit,
        outputs: Iterable[int],
        total: WeightedSum,
        begin: Iterable[int] = (),
    ) -> None:
        self.circuit = circuit
        self.outputs = set(outputs)
        self.total = total
        self.aliases: dict[int, tuple[int, bool]] = {}
        self.counters = 0
        self._weights = dict(total.weights)
        self._offset = total.offset
        self._terms = total.terms
        self._products: dict[frozenset[int], int] = {}
        # Of the sum, and of its negative: counters may count what is 1 in either.
        self._bounds = {1: PartBounds(total.weights), -1: PartBounds(total.weights)}
        known = dict.fromkeys((FALSE, TRUE, *self._weights, *begin))
        self._order = circuit.in_order(self.outputs, known)
        reached = {s for net in self._order for s in circuit.sources(net)} | self.outputs
        self._weights |= {n: 0 for n in begin if n in reached and n not in self._weights}
        self._place = {net: i for i, net in enumerate(self._order)}
        self._readers: dict[int, list[int]] = {}
        for net in self._order:
            for source in circuit.sources(net):
                self._readers.setdefault(source, []).append(net)
        self._together = Together()
        self._any_part = False
        self._gone: set[int] = set()
        self._tried: set[frozenset[int]] = set()
        self._support: dict[int, frozenset[int] | None] = {}
        self._reset(known)
        self._support.update(dict.fromkeys((FALSE, TRUE), frozenset()))
        for net in self._order:
            self._support[net] = self._entering(net)

    def known(self, values: dict[int, Any], algebra: Any) -> dict[int, Any]:
        """Values of nets of the sum, and of those that equal them."""
        for net, (root, inverted) in self.aliases.items():
            if root in values or root == FALSE:
                value = algebra.false if root == FALSE else values[root]
                values[net] = algebra.gate("not", (value,)) if inverted else value
        return values

    def _reset(self, nets: Iterable[int]) -> None:
        self._support.update((net, frozenset((net,))) for net in nets)

    def _entering(self, net: int) -> frozenset[int] | None:
        """Nets of the sum that a net depends on; None for more than WIDEST."""
        found: set[int] = set()
        for source in self.circuit.sources(net):
            part = self._support.get(source)
            if part is None:
                return None
            found |= part
        return frozenset(found) if len(found) <= WIDEST else None

    def _inner(self, entering: frozenset[int]) -> set[int]:
        """Nets that depend on nothing but the entering ones, which their readers are tried for."""
        nets = [*entering, *(n for n, (root, _) in self.aliases.items() if root in entering)]
        inner: set[int] = set()
        waiting = [self._place[r] for net in nets for r in self._readers.get(net, ())]
        heapq.heapify(waiting)
        while waiting:
            net = self._order[heapq.heappop(waiting)]
            if net in inner or net in self._weights or net in self.aliases or net in self._gone:
                continue
            support = self._entering(net)
            if support is not None and support <= entering:
                self._support[net] = support
                inner.add(net)
                for reader in self._readers.get(net, ()):
                    heapq.heappush(waiting, self._place[reader])
        return inner

    def _leaves(self, net: int, inner: set[int]) -> bool:
        """Whether something outside depends on a net; nets of the sum are not computed again."""
        return net in self.outputs or any(
            r not in inner
            and r not in self._gone
            and r not in self._weights
            and r not in self.aliases
            for r in self._readers.get(net, ())
        )

    def _outside(self, net: int, entering: frozenset[int], inner: set[int]) -> bool:
        """Whether something but the inner nets depends on a net, or on one that equals it."""
        if any(net in nets and not nets <= entering for nets in self._products):
            return True
        equal = [n for n, (root, _) in self.aliases.items() if root == net]
        return any(self._leaves(n, inner) for n in (net, *equal))
