"""What each layer of a network takes: positions of layers before it, or the network's input."""

from __future__ import annotations

from collections.abc import Collection, Sequence

INPUT = -1

Sources = Sequence[Sequence[int]]


def check_sources(sources: Sources, layers: int, heads: Collection[int]) -> None:
    """Raises ValueError unless each layer takes earlier ones, and all but the heads are taken.

    Args:
        sources: for each layer, the positions that it takes; INPUT is the network's input.
        layers: how many there are.
        heads: positions of those that are outputs of the network.
    """
    if len(sources) != layers:
        raise ValueError(f"`sources` must be of {layers} layers. Received: {len(sources)}")
    for position, taken in enumerate(sources):
        if not taken or any(not INPUT <= source < position for source in taken):
            raise ValueError(
                f"`sources` of layer {position} must be layers before it, or {INPUT}. "
                f"Received: {tuple(taken)}"
            )
    used = {source for taken in sources for source in taken}
    unused = set(range(layers)) - used - set(heads)
    if unused:
        raise ValueError(f"`sources` must use every layer but the heads. Unused: {min(unused)}")
    if used.intersection(heads):
        raise ValueError(
            f"no layer can take a head. Received: one that takes {min(used.intersection(heads))}"
        )


def last_uses(sources: Sources) -> dict[int, int]:
    """The last layer that takes each position."""
    return {source: position for position, taken in enumerate(sources) for source in taken}
