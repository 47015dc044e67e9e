"""What a network is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from pydantic import BaseModel, ConfigDict, model_validator


class Figure(str, Enum):
    """A figure of a finished trial, that can be an objective or be constrained.

    ``validation_accuracy`` is the score that fits the loss: R² of a regression.  ``positions`` are
    occupied LUT positions.  Hardware is estimated, or counted in Verilog where the search says what
    to `optimize`; ``luts_ns`` is LUT cells times the latency of that Verilog.
    """

    VALIDATION_ACCURACY = "validation_accuracy"
    LUTS = "luts"
    POSITIONS = "positions"
    FFS = "ffs"
    BITS = "bits"
    NONZEROS = "nonzeros"
    LATENCY = "latency_ns"
    LUTS_NS = "luts_ns"

    @property
    def direction(self) -> str:
        """Optuna's name of the better direction."""
        return "maximize" if self is Figure.VALIDATION_ACCURACY else "minimize"

    @property
    def text(self) -> str:
        return {
            "luts": "LUTs", "positions": "LUT positions", "ffs": "FFs", "latency_ns": "ns",
            "luts_ns": "LUTs · ns",
        }.get(self.value, self.value.replace("_", " "))


class Bound(BaseModel):
    """A constraint on one figure."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Bound:
        if self.at_most is None and self.at_least is None:
            raise ValueError("`at_most` or `at_least` must be given")
        if None not in (self.at_most, self.at_least) and self.at_most < self.at_least:
            raise ValueError(
                "`at_most` must not be below `at_least`. "
                f"Received: {self.at_most:g} and {self.at_least:g}"
            )
        return self

    def violation(self, value: float) -> float:
        """By how much `value` breaks the bound, as a share of the bound; 0 or less if it holds."""
        over = [] if self.at_most is None else [(value - self.at_most) / (abs(self.at_most) or 1)]
        if self.at_least is not None:
            over.append((self.at_least - value) / (abs(self.at_least) or 1))
        return max(over)


def violations(figures: Mapping[str, float], bounds: Mapping[Figure, Bound]) -> dict[str, float]:
    """Optuna's constraints: above 0 where a trial's figure breaks its bound."""
    return {name.value: bound.violation(figures[name.value]) for name, bound in bounds.items()}
