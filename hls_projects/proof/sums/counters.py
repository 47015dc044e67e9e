"""Replaces counters of a weighted sum by the bits that leave them, one by one.

Each replacement is proven by its truth table: the bits that leave have weights, such as those of
binary digits, with which their sum is that of the bits that enter.  So the weighted sum of what is
left stays the neuron's, for every input.

What leaves a counter counts only for sums up to the upper bound that its bits have together
(PartBounds).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product

import numpy as np

from hls_projects.proof.circuit import FALSE
from hls_projects.proof.diagrams import Lanes, WeightedSum
from hls_projects.proof.sums.cone import Cone
from hls_projects.proof.sums.relation import Relation, find_relation
from hls_projects.proof.sums.tables import (
    columns,
    is_part,
    product_table,
    subsets,
    sums_table,
    table_of,
)

# Ways to part weights of nets that several counters read.
MOST_PARTS = 256
# Nets that enter a counter and that something else needs, of which products may be left.
MOST_SHARED = 3
# Nets of a sum that diagrams compare at once.
FEW = 24


class CounterCone(Cone):
    """A cone whose counters are replaced; arguments and attributes are those of Cone."""

    def reduce(self, enough: int = 0) -> None:
        """Replaces counters, from the inputs on, as long as there are any.

        Args:
            enough: nets in the sum at which no more is replaced; what later nets have in common
                is then still known.
        """
        self._reduce(enough)
        if self._summed() > max(FEW, enough):
            self._any_part = True
            self._tried.clear()
            self._reduce(enough)
        self.total = WeightedSum(dict(self._weights), self._offset, products=self._products)

    def _summed(self) -> int:
        """Nets in the sum."""
        return sum(weight != 0 for weight in self._weights.values())

    def _reduce(self, enough: int) -> None:
        position = 0
        while position < len(self._order):
            net = self._order[position]
            position += 1
            if net in self._weights or net in self.aliases or net in self._gone:
                continue
            entering = self._entering(net)
            self._support[net] = entering
            if not entering or entering in self._tried or len(entering) < 2:
                continue
            boundary = self._replace(entering)
            if boundary and enough and self._summed() <= enough:
                return
            if boundary and entering.isdisjoint(self._weights):
                position = min(self._place[out] for out in boundary)
            elif boundary:  # what is left of a weight may enter another counter
                position = 0
                self._tried = {tried for tried in self._tried if tried.isdisjoint(entering)}
            else:
                self._tried.add(entering)

    def _replace(self, entering: frozenset[int]) -> list[int]:
        """Puts the boundary in place of what enters, if it has weights with the same sum.

        The boundary are the nets through which all influence of the entering ones passes.  What
        something else needs too may enter with a part of its weight, and keeps the rest.

        Returns:
            The boundary; empty where nothing was replaced.
        """
        inner = self._inner(entering)
        nets = sorted(entering)
        shared = {net for net in nets if self._outside(net, entering, inner)}
        inner = {net for net in inner if not self._support[net] <= shared}
        boundary = sorted((n for n in inner if self._leaves(n, inner)), key=self._place.get)
        if not boundary:
            return []
        found = self._simulate(nets, boundary)
        if all(self._parts(net, net in shared) for net in nets):
            parts = [self._parts(net, net in shared) for net in nets]
            for weights in islice(product(*parts), MOST_PARTS):
                if self._take(dict(zip(nets, weights, strict=True)), found, inner, shared):
                    return boundary
        if self._any_part and 0 < len(shared) <= MOST_SHARED:
            whole = {net: self._weights[net] for net in nets}
            if self._take(whole, found, inner, shared, keep=True):
                return boundary
        return []

    def _parts(self, net: int, shared: bool) -> list[int]:
        """Parts of a net's weight that may enter: all of it, unless something outside needs it.

        A net that several counters read may enter each with any part, as long as the parts are
        its weight together: 1 as 2 and −1, 0 as 1 and −1.  Likely are the terms that it has in the
        sum, and binary digits of its weight.
        """
        weight = self._weights[net]
        if not shared:
            return [weight]
        size, sign = abs(weight), (-1 if weight < 0 else 1)
        digits = [sign << i for i in range(size.bit_length()) if size >> i & 1]
        likely = [*self._terms.get(net, ()), *(digits if len(digits) > 1 else [])]
        return list(dict.fromkeys(likely))

    def _simulate(self, nets: list[int], boundary: list[int]) -> dict[int, np.ndarray]:
        """Truth tables of the boundary."""
        count = 1 << len(nets)
        lanes = Lanes(count)
        values = dict(zip(nets, columns(len(nets)), strict=True))
        found = self.circuit.evaluate(boundary, self.known(values, lanes), lanes)
        return {net: table_of(word, count) for net, word in found.items()}

    def _take(
        self,
        parts: dict[int, int],
        found: dict[int, np.ndarray],
        inner: set[int],
        shared: set[int],
        keep: bool = False,
    ) -> bool:
        """Replaces parts of bits' weights if the boundary has weights with the same sum.

        Args:
            parts: of each net that enters.
            found: truth tables of the boundary.
            inner: nets between them.
            shared: nets that something else needs.
            keep: whether products of these may stay in the sum.
        """
        nets = sorted(parts)
        products = {s: w for s, w in self._products.items() if s <= parts.keys()}
        if products and not keep and shared:
            return False
        entering = {net: part for net, part in parts.items() if part} | products
        sums = sums_table(tuple(parts[net] for net in nets))
        for factors, weight in products.items():
            sums = sums + weight * product_table(factors, nets)
        lowest, highest = (sum(w for w in entering.values() if w * s > 0) for s in (-1, 1))
        split = {n: abs(p) for n, p in parts.items() if p and not is_part(p, self._weights[n])}
        most = {
            sign: bounds.of(n for n in entering if n not in split) + sum(split.values())
            for sign, bounds in self._bounds.items()
        }
        occurs = (sums - lowest <= most[1]) & (highest - sums <= most[-1])
        left = {s: product_table(s, nets) for s in subsets(shared)} if keep else {}
        relation = self._related(nets, found, sums, occurs, left)
        if relation is None:
            return False
        self._gone |= inner - relation.weights.keys() - relation.aliases.keys()
        for net, size in split.items():
            for bounds in self._bounds.values():
                bounds.renew(net, size + abs(self._weights[net] - parts[net]))
        single = {s: w for s, w in relation.rest.items() if len(s) == 1}
        leaving = {**relation.weights, **{next(iter(s)): w for s, w in single.items()},
                   **{s: w for s, w in relation.rest.items() if s not in single}}
        ends = [sum(w for w in leaving.values() if w * s > 0) for s in (-1, 1)]
        more = lowest - relation.offset - ends[0]
        less = ends[1] - ends[0] - (highest - lowest) - more
        self._bounds[1].join(entering, leaving, max(more, 0))
        self._bounds[-1].join(entering, leaving, max(less, 0))
        self._commit(parts, products, shared, relation)
        return True

    def _related(
        self,
        nets: list[int],
        found: dict[int, np.ndarray],
        sums: np.ndarray,
        occurs: np.ndarray,
        left: dict[frozenset[int], np.ndarray],
    ) -> Relation | None:
        """The relation by which nets leave: where their bounds allow it, or where values do too."""
        relation = find_relation(found, sums, occurs, left)
        if relation is None:
            fewer = occurs & self._together.occur(nets)
            if np.array_equal(fewer, occurs):
                return None
            occurs, relation = fewer, find_relation(found, sums, fewer, left)
        if relation is not None:
            self._together.left({net: found[net][occurs] for net in relation.weights})
        return relation

    def _commit(
        self,
        parts: dict[int, int],
        products: Iterable[frozenset[int]],
        shared: set[int],
        relation: Relation,
    ) -> None:
        for factors in products:
            del self._products[factors]
        for factors, weight in relation.rest.items():
            if len(factors) == 1:
                (net,) = factors
                self._weights[net] += weight
            else:
                self._products[factors] = weight
        for net, part in parts.items():
            self._weights[net] -= part
            if not self._weights[net] and net not in shared:
                del self._weights[net]
                self._gone.add(net)
        self._offset += relation.offset
        self._weights.update(relation.weights)
        self._reset(relation.weights)
        for net, (root, inverted) in relation.aliases.items():
            self.aliases[net] = root, inverted
            self._support[net] = frozenset((root,) if root != FALSE else ())
        self.counters += 1
