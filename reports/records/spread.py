"""Mean and standard deviation over seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Mean ± standard deviation of the same figure over several seeds.

    sd = √(Σ (x − mean)² / (n − 1)), the sample's; there is none for one seed.

    Args:
        mean: of the values.
        sd: ≥ 0, None for one value.
        count: how many values, ≥ 1.
        seeds: how many there are, if the others' values are not known; else None.

    Example:
        >>> spread_of([0.97, 0.98, 0.99]).text("{:.2f}".format)
        '0.98 ± 0.01'
    """

    mean: float
    sd: float | None
    count: int
    seeds: int | None = None

    def text(self, write: Callable[[float], str]) -> str:
        """Mean, and ± sd if there is one, each written by ``write``; count if some are missing."""
        text = write(self.mean) if self.sd is None else f"{write(self.mean)} ± {write(self.sd)}"
        return text if self.seeds is None else f"{text} ({self.count} of {self.seeds} seeds)"

    def minus(self, other: Spread) -> Spread:
        """Difference of the means; its sd is that of independent seeds, √(sd² + other sd²)."""
        sds = (self.sd, other.sd)
        sd = None if None in sds else math.hypot(*sds)
        return Spread(self.mean - other.mean, sd, min(self.count, other.count))


def spread_of(values: Iterable[float | None]) -> Spread | None:
    """The spread of the values that exist; None if there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    sd = statistics.stdev(known) if len(known) > 1 else None
    return Spread(statistics.fmean(known), sd, len(known))


def percent_text(spread: Spread) -> str:
    """The spread of a share, in percent with two decimals and without the sign."""
    return spread.text(lambda share: f"{100 * share:.2f}")
