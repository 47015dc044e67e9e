"""Hopeless trials end in stage 1.

Optuna prunes only searches with a single objective, and there the rule is to compare accuracies at
the same epoch.  With two objectives that would end every small network.  Here a trial is compared
only with trials that had no more nonzero weights at the same share of stage 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from training.data.targets.task import COLUMNS

MOST_STEPS = 32


class EarlyStoppingConfig(BaseModel):
    """When a trial is hopeless.

    At each share of stage 1, a trial ends whose validation accuracy is below the `quantile` of
    those that had no more nonzero weights there, if there are `trials` of them.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    quantile: float = Field(0.25, gt=0, lt=1)
    trials: int = Field(8, ge=1)
    shares: list[float] = [0.25, 0.5, 0.75, 1.0]

    def model_post_init(self, context: Any) -> None:
        if any(not 0 < share <= 1 for share in self.shares) or not self.shares:
            raise ValueError(f"`shares` must be above 0 and at most 1. Received: {self.shares}")


@dataclass(frozen=True)
class Rung:
    """Where a trial stood at a share of stage 1; accuracy is R² where that is the metric."""

    share: float
    nonzeros: int
    accuracy: float


@dataclass(frozen=True)
class Bar:
    """What accuracy is asked for at a share of stage 1.

    Args:
        share: of the epochs of stage 1 that have passed.
        steps: (nonzeros, accuracy), ascending: a trial with at least so many nonzero weights must
            be at least so accurate.
    """

    share: float
    steps: tuple[tuple[int, float], ...]

    def asks_more_than(self, rung: Rung) -> bool:
        """Whether a trial that stands there is hopeless."""
        asked = [accuracy for nonzeros, accuracy in self.steps if nonzeros <= rung.nonzeros]
        return bool(asked) and rung.accuracy < asked[-1]


def bars(rungs: Iterable[Rung], config: EarlyStoppingConfig) -> list[Bar]:
    """The bars that the rungs of earlier trials set; a share that too few reached has none.

    At most 32 steps a bar, so that it stays small whatever the number of trials.
    """
    by_share: dict[float, list[Rung]] = {share: [] for share in config.shares}
    for rung in rungs:
        if rung.share in by_share:
            by_share[rung.share].append(rung)
    found = (Bar(share, _steps(reached, config)) for share, reached in by_share.items())
    return [bar for bar in found if bar.steps]


def _steps(rungs: Sequence[Rung], config: EarlyStoppingConfig) -> tuple[tuple[int, float], ...]:
    ordered = sorted(rungs, key=lambda rung: rung.nonzeros)
    counts = range(config.trials, len(ordered) + 1)
    chosen = sorted({counts[round(i)] for i in np.linspace(0, len(counts) - 1, MOST_STEPS)}) \
        if counts else []
    return tuple(
        (
            ordered[count - 1].nonzeros,
            float(np.quantile([rung.accuracy for rung in ordered[:count]], config.quantile)),
        )
        for count in chosen
    )


def rungs_of(
    history: Iterable[Mapping[str, Any]], shares: Sequence[float], stage1_epochs: int, weights: int
) -> list[Rung]:
    """The rungs that a training has reached, from its history, one row an epoch."""
    epochs = {math.ceil(share * stage1_epochs): share for share in sorted(shares, reverse=True)}
    return [
        Rung(
            epochs[int(row["epoch"])],
            round((1.0 - float(row["sparsity"])) * weights),
            _validation_score(row),
        )
        for row in history
        if int(row["epoch"]) in epochs
    ]


def _validation_score(row: Mapping[str, Any]) -> float:
    """Of a row of history, which has one metric."""
    return next(float(row[f"val_{name}"]) for name in COLUMNS if f"val_{name}" in row)
