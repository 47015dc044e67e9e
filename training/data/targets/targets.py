"""What the y of a data set stands for, and how well a network's outputs fit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.data.targets.labels import class_indices, class_names, is_questions, single_column
from training.data.targets.task import Task


@dataclass(frozen=True)
class Targets:
    """How y becomes what a network is trained on, and how its outputs are judged.

    Args:
        task: what the network is asked.
        outputs: how many numbers it gives, from 1.
        labels: what class 0, 1, … is called in the data, ascending; None without classes.
        mean, deviation: of each target of a regression, (outputs,): networks learn
            (y − mean) / deviation, so that one scale of the head suits all targets.
    """

    task: Task
    outputs: int
    labels: tuple[int | str, ...] | None = None
    mean: tuple[float, ...] | None = None
    deviation: tuple[float, ...] | None = None

    @classmethod
    def of_record(cls, metric: str, outputs: int, record: Mapping[str, Any] | None) -> Targets:
        """The targets of a finished training.

        Args:
            metric: name of its score.
            outputs: of its network.
            record: what `record` gave.

        Raises:
            ValueError: if there is no such metric.
        """
        task = Task.of_metric(metric)
        own = {name: tuple(values) for name, values in (record or {}).items()}
        if task is Task.CLASSES or (task is Task.BINARY and outputs == 1):
            own = {"labels": tuple(range(max(outputs, 2)))} | own
        return cls(task, outputs, **own)

    @property
    def renamed(self) -> bool:
        """Whether classes are called otherwise than 0, 1, … in the data."""
        return self.labels is not None and self.labels != tuple(range(len(self.labels)))

    def encode(self, name: str, y: np.ndarray) -> np.ndarray:
        """Checked y: classes int64 (n,), answers 0 and 1 float32, numbers float64 (n, outputs).

        Args:
            name: of the array, for errors.
            y: as the data hold it.

        Raises:
            ValueError: naming the array, what is allowed and what was received.
        """
        y = single_column(name, y)
        if self.labels is not None:
            indices = class_indices(name, y, self.labels)
            return indices if self.task is Task.CLASSES else indices[:, None].astype(np.float32)
        y = y[:, None] if y.ndim == 1 else y
        if y.dtype.kind not in "biuf" or y.shape[1] != self.outputs:
            raise ValueError(
                f"`{name}` must hold {self.outputs} numbers a sample, as `y_train` does. "
                f"Received: shape {y.shape}, dtype {y.dtype}"
            )
        if self.task is Task.BINARY:
            if not is_questions(y):
                raise ValueError(f"`{name}` must hold 0 and 1 alone, as `y_train` does")
            return y.astype(np.float32)
        if not np.isfinite(y).all():
            raise ValueError(f"`{name}` must hold finite numbers")
        return y.astype(np.float64)

    def scaled(self, y: np.ndarray) -> np.ndarray:
        """What a network's outputs should be, for y as `encode` gives it."""
        if self.mean is None:
            return y
        return ((y - np.array(self.mean)) / np.array(self.deviation)).astype(np.float32)

    def score(self, outputs: np.ndarray, y: np.ndarray) -> float:
        """The task's score, at most 1; the higher, the better.

        Args:
            outputs: of the network, floats (n, outputs).  Of classes and questions the integers
                of hardware give the same score.
            y: as `encode` gives it.
        """
        if self.task is Task.CLASSES:
            return float((outputs.argmax(axis=-1) == y).mean())
        if self.task is Task.BINARY:
            return float(((outputs > 0) == (y > 0)).mean())
        return _r2(outputs, self.scaled(y))

    def rmse(self, outputs: np.ndarray, y: np.ndarray) -> list[float] | None:
        """Root of the mean squared error of each target, in its own units; None unless numbers."""
        if self.task is not Task.REGRESSION:
            return None
        error = outputs.astype(np.float64) - self.scaled(y)
        own = np.ones(self.outputs) if self.deviation is None else np.array(self.deviation)
        return (np.sqrt((error**2).mean(axis=0)) * own).tolist()

    def meanings(self, scale: float = 1.0) -> list[str]:
        """A line for each output of hardware; none where output c is simply class c.

        Args:
            scale: value of one step of hardware's integers in the network's outputs.
        """
        if self.task is Task.REGRESSION:
            mean = self.mean or (0.0,) * self.outputs
            step = [scale * deviation for deviation in self.deviation or (1.0,) * self.outputs]
            pairs = zip(mean, step, strict=True)
            return [f"target = {m:.6g} + {s:.6g} × output" for m, s in pairs]
        if self.task is Task.BINARY:
            no, yes = self.labels or (0, 1)
            return [f"{yes!r} where output > 0, else {no!r}"] * self.outputs
        return class_names(self.labels) if self.renamed else []

    def record(self) -> dict[str, Any] | None:
        """JSON values of what the data's own labels or units are; None if y is used as it is."""
        if self.renamed:
            return {"labels": list(self.labels)}
        if self.mean is not None:
            return {"mean": list(self.mean), "deviation": list(self.deviation)}
        return None


def _r2(outputs: np.ndarray, y: np.ndarray) -> float:
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)², mean over the columns; of a constant one 1 if hit, else 0."""
    left = ((y - outputs.astype(np.float64)) ** 2).sum(axis=0)
    total = ((y - y.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=0)
    constant = np.where(left > 0, 0.0, 1.0)
    found = 1.0 - np.divide(left, total, out=np.ones(len(left)), where=total > 0)
    return float(np.where(total > 0, found, constant).mean())
