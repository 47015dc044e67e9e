"""What each layer of a network takes: positions of layers before it, or the network's input."""

from __future__ import annotations

from collections.abc import Sequence

INPUT = -1

Sources = Sequence[Sequence[int]]


def check_sources(sources: Sources, layers: int) -> None:
    """Raises ValueError unless each layer takes earlier ones, and all but the last are taken.

    Args:
        sources: for each layer, the positions that it takes; INPUT is the network's input.
        layers: how many there are.
    """
    if len(sources) != layers:
        raise ValueError(f"`sources` must be of {layers} layers. Received: {len(sources)}")
    for position, taken in enumerate(sources):
        if not taken or any(not INPUT <= source < position for source in taken):
            raise ValueError(
                f"`sources` of layer {position} must be layers before it, or {INPUT}. "
                f"Received: {tuple(taken)}"
            )
    unused = set(range(layers - 1)) - {source for taken in sources for source in taken}
    if unused:
        raise ValueError(f"`sources` must use every layer but the last. Unused: {min(unused)}")


def last_uses(sources: Sources) -> dict[int, int]:
    """The last layer that takes each position."""
    return {source: position for position, taken in enumerate(sources) for source in taken}
