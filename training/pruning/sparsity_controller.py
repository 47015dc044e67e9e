"""Finds the strength of the threshold regularizer that reaches a wanted sparsity."""

from __future__ import annotations

import math
from dataclasses import dataclass

RAMP = 0.7


@dataclass
class SparsityController:
    """Proportional-integral control of λ on the logarithm of density.

    error e = ln(density / wanted density);  I ← clip(I + k_i · e, ±limit);
    λ = min(exp(clip(k_p · e + I, ±limit)), ceiling / density).  The wanted density falls from
    that of the first update to 1 − sparsity along a cubic, reached at `ramp` of stage 1, so that
    the rest of the stage trains at the wanted sparsity while the learning rate falls.

    Without the ceiling one excursion of a wide network's density could make λ so large that all
    weights die, and that Adam's second moments keep them dead.

    Args:
        sparsity: wanted share of zero weights at the end of stage 1, in [0, 1).
        ramp: share of stage 1 over which density falls, in (0, 1].
        proportional, integral: k_p and k_i, a change in ln λ per unit of e and per update.
        limit: bound of |ln λ|.
        ceiling: most that λ · density, about the regularizer's loss, may be; > 0.

    Raises:
        ValueError: if `sparsity` or `ramp` is out of range.
    """

    sparsity: float
    ramp: float = RAMP
    proportional: float = 20.0
    integral: float = 0.05
    limit: float = 8.0
    ceiling: float = 4.0
    initial_density: float | None = None
    accumulated: float = 0.0

    def __post_init__(self) -> None:
        check_sparsity(self.sparsity)
        if not 0.0 < self.ramp <= 1.0:
            raise ValueError(f"`ramp` must be in (0, 1]. Received: {self.ramp!r}")

    def wanted_density(self, progress: float) -> float:
        """The density to have at `progress`, 0 to 1, of stage 1."""
        return wanted_density(self.sparsity, progress, self.initial_density, self.ramp)

    def strength(self, density: float, progress: float) -> float:
        """λ for the next steps, given the density now and the progress of stage 1."""
        if self.initial_density is None:
            self.initial_density = density
        density = max(density, 1e-9)
        error = math.log(density / self.wanted_density(progress))
        accumulated = self.accumulated + self.integral * error
        self.accumulated = self._clip(accumulated)
        strength = math.exp(self._clip(self.proportional * error + self.accumulated))
        return min(strength, self.ceiling / density)

    def _clip(self, value: float) -> float:
        return max(-self.limit, min(self.limit, value))


def wanted_density(
    sparsity: float, progress: float, initial: float = 1.0, ramp: float = RAMP
) -> float:
    """The density to have at `progress`, 0 to 1, of stage 1: a cubic from `initial`.

    1 − sparsity + max(initial − (1 − sparsity), 0) · (1 − min(progress / ramp, 1))³.
    """
    final = 1.0 - sparsity
    remaining = 1.0 - min(progress / ramp, 1.0)
    return final + max(initial - final, 0.0) * remaining**3


def check_sparsity(sparsity: float) -> float:
    """The sparsity; raises ValueError unless it is in [0, 1)."""
    if not (isinstance(sparsity, (int, float)) and 0.0 <= sparsity < 1.0):
        raise ValueError(f"`sparsity` must be in [0, 1). Received: {sparsity!r}")
    return sparsity
