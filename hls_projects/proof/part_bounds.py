"""Upper bounds of parts of a weighted sum, kept while counters are replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


class PartBounds:
    """How large the sum of some nets can be, every net counted so that its weight is positive.

    A counter's digits are the sum of what enters, so what they hold came from there.  The sum of
    nets that stand side by side is then at most that of everything that any of them came from:
    the rest of it, in other nets, is not negative.

    Args:
        weights: of the nets at first.
    """

    def __init__(self, weights: Mapping[int, int]) -> None:
        self._sizes = [abs(weight) for weight in weights.values()]
        self._sources = {net: frozenset((i,)) for i, net in enumerate(weights)}

    def of(self, nets: Iterable[int]) -> int:
        """An upper bound of the sum of some nets."""
        return sum(self._sizes[i] for i in self._of(nets))

    def join(self, entering: Iterable[int], leaving: Collection[int], constant: int) -> None:
        """A counter took some nets and gave the digits of their sum plus a constant, ≥ 0."""
        sources = self._of(entering)
        if constant:
            sources |= {len(self._sizes)}
            self._sizes.append(constant)
        for net in leaving:
            self._sources[net] = self._sources.get(net, frozenset()) | sources

    def _of(self, nets: Iterable[int]) -> frozenset[int]:
        return frozenset().union(*(self._sources[net] for net in nets))
