"""What a network is asked of a sample: its class, some yes-or-no questions, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any


class Task(str, Enum):
    """Decides loss, metric and score of a training; values are those of its option `loss`.

    ========== ======================================== =============== =========================
    task       outputs                                  loss            score
    ========== ======================================== =============== =========================
    classes    one logit a class, the largest wins      cross-entropy   accuracy
    binary     one logit a question, yes where it is >0 cross-entropy   share of right answers
    regression one number a target                      squared error   R², mean over the targets
    ========== ======================================== =============== =========================

    Every score is better the higher it is, and at most 1.
    """

    CLASSES = "classes"
    BINARY = "binary"
    REGRESSION = "regression"

    @classmethod
    def of_metric(cls, metric: str) -> Task:
        """The task that is judged by a metric of this name.

        Raises:
            ValueError: if there is none.
        """
        names = {task.metric: task for task in cls}
        if metric not in names:
            raise ValueError(f"`metric` must be one of {', '.join(names)}. Received: {metric!r}")
        return names[metric]

    @property
    def metric(self) -> str:
        """What the score is called, in reports and in training.json."""
        names = {Task.BINARY: "binary accuracy", Task.REGRESSION: "R²"}
        return names.get(self, "accuracy")

    @property
    def column(self) -> str:
        """The score's name in Keras's logs, and so in history.csv; validation's has val_ before."""
        return "r2" if self is Task.REGRESSION else "accuracy"

    def text(self, score: float) -> str:
        """A score as people read it, such as 97.98% or 0.931."""
        return f"{score:.3f}" if self is Task.REGRESSION else f"{score:.2%}"

    def keras_loss(self) -> Any:
        """The loss that a network's outputs are trained with."""
        import keras

        if self is Task.CLASSES:
            return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if self is Task.BINARY:
            return keras.losses.BinaryCrossentropy(from_logits=True)
        return keras.losses.MeanSquaredError()

    def keras_metric(self) -> Any:
        """The score, as `compile` takes it."""
        import keras

        if self is Task.CLASSES:
            return self.column
        if self is Task.BINARY:
            return keras.metrics.BinaryAccuracy(name=self.column, threshold=0.0)
        return keras.metrics.R2Score(name=self.column)


def score_text(metric: str, score: float, rmse: Sequence[float] | None = None) -> str:
    """A score by the metric of this name, such as 97.98% or 0.931 (RMSE 2.1).

    Args:
        metric: its name.
        score: at most 1.
        rmse: errors of each target, where they are known.
    """
    errors = f" (RMSE {', '.join(f'{error:.4g}' for error in rmse)})" if rmse else ""
    return f"{Task.of_metric(metric).text(score)}{errors}"


COLUMNS = tuple(dict.fromkeys(task.column for task in Task))
