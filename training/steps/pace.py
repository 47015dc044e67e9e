"""How often a callback acts within an epoch."""

from __future__ import annotations


class Pace:
    """Due at an epoch's first step, and whenever `every` more have passed.

    Keras tells of the first step of each execution, which may take several: step // every counts,
    so that none is missed.

    Args:
        every: steps, ≥ 1.

    Raises:
        ValueError: if `every` is no integer ≥ 1.
    """

    def __init__(self, every: int) -> None:
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"`update_every` must be an integer >= 1. Received: {every!r}")
        self.every = every
        self._last = 0

    def due(self, step: int) -> bool:
        """Whether to act before this step of the present epoch, counted from 0."""
        now, before = step // self.every, self._last
        self._last = now
        return step == 0 or now != before
