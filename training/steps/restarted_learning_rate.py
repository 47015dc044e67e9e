"""Learning rate of the three stages."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

FLOOR = 0.02


class RestartedLearningRate:
    """Cosine decay in stage 1, restart in stage 3.

    rate = base · factor · (0.02 + 0.98 · (1 + cos(π · progress)) / 2), factor 1 in stage 1 and
    `retrain` in stage 3.  An optimizer with a LearningRateSchedule of its own keeps it; the
    schedule restarts with the optimizer's step count.

    Args:
        retrain: factor of stage 3, > 0.
        decay: "cosine", or None for a constant rate in each stage.

    Raises:
        ValueError: if an argument is out of range.
    """

    def __init__(self, retrain: float = 1.0, decay: str | None = "cosine") -> None:
        if not retrain > 0:
            raise ValueError(f"`retrain_learning_rate` must be > 0. Received: {retrain!r}")
        if decay not in ("cosine", None):
            raise ValueError(f"`decay` must be 'cosine' or None. Received: {decay!r}")
        self.retrain = retrain
        self.decay = decay
        self.base: float | None = None

    def begin(self, optimizer: Any) -> None:
        """Takes the optimizer's learning rate as the base, unless one was restored."""
        if self.base is None and not _scheduled(optimizer):
            self.base = float(ops.convert_to_numpy(optimizer.learning_rate))

    def update(self, optimizer: Any, stage: int, progress: float) -> None:
        """Sets the rate for `progress`, 0 to 1, of the stage."""
        if _scheduled(optimizer):
            return
        wave = 0.5 * (1.0 + math.cos(math.pi * progress)) if self.decay else 1.0
        factor = 1.0 if stage == 1 else self.retrain
        optimizer.learning_rate = self.base * factor * (FLOOR + (1.0 - FLOOR) * wave)

    def end(self, optimizer: Any) -> None:
        """Puts the base back, so that a further training does not begin where this one ended."""
        if not _scheduled(optimizer):
            optimizer.learning_rate = self.base
        self.base = None

    def restart(self, model: keras.Model) -> None:
        """Every state of the optimizer but its rate ← that of a new one, which may be no zero.

        The factor of a loss scale stays: it belongs to the network, not to the steps so far.
        """
        optimizer = innermost(model.optimizer)
        fresh = type(optimizer).from_config(optimizer.get_config())
        fresh.build(model.trainable_variables)
        rate = None if _scheduled(optimizer) else optimizer._learning_rate
        for variable, new in zip(optimizer.variables, fresh.variables, strict=True):
            if variable is not rate:
                variable.assign(new)


def innermost(optimizer: Any) -> Any:
    """The optimizer that makes the steps, inside one that scales losses."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def _scheduled(optimizer: Any) -> bool:
    from keras.optimizers.schedules import LearningRateSchedule

    return isinstance(innermost(optimizer)._learning_rate, LearningRateSchedule)
