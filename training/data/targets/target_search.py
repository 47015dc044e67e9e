"""Finds what the y of a data set asks of a network."""

from __future__ import annotations

import numpy as np

from training.console import report
from training.data.targets.labels import (
    is_one_hot,
    is_questions,
    is_whole,
    labels_of,
    shown,
    single_column,
)
from training.data.targets.targets import Targets
from training.data.targets.task import Task

AUTO = "auto"
LOSSES = (AUTO, *(task.value for task in Task))
# Fewer samples a class are no classes, rather numbers.
SAMPLES_A_CLASS = 2


def find_targets(y: np.ndarray, loss: str = AUTO, outputs: int | None = None) -> Targets:
    """What y_train asks for, if `loss` does not say it.

    - classes: labels (n,), integers or strings, or one-hot rows.  Those in y_train become 0, 1, …
      in ascending order.
    - binary: rows (n, k) of 0 and 1 that are not all one-hot.  (Two labels too, if `loss` says
      so or the network has one output.)
    - regression: floats that are not all integers, (n,) or (n, k).

    Args:
        y: y_train, any shape and type; its values are checked.
        loss: one of `LOSSES`.
        outputs: of a network that was trained elsewhere: labels 0 … outputs − 1 stay what they
            are, and numbers keep their units.

    Raises:
        ValueError: naming y_train, what is allowed and what was received.
    """
    if loss not in LOSSES:
        raise ValueError(f"`loss` must be one of {', '.join(LOSSES)}. Received: {loss!r}")
    y = single_column("y_train", y)
    task = _task(y, outputs) if loss == AUTO else Task(loss)
    if task is Task.REGRESSION:
        found = _regression(y, keep=outputs is not None)
    elif task is Task.BINARY and y.ndim == 2:
        found = Targets(task, y.shape[1])
    else:
        found = _classes(y, task, loss, outputs)
    if outputs not in (None, found.outputs):
        raise ValueError(
            f"`y_train` must fit a network of {outputs} outputs. "
            f"Received: {task.value} with {found.outputs}"
        )
    return found


def tell_labels(name: str, y: np.ndarray, targets: Targets) -> None:
    """One line each, where classes are called otherwise than 0, 1, … or are floats in the data."""
    if targets.renamed:
        last = len(targets.labels) - 1
        report(f"{name}: the labels {shown(targets.labels)} are classes 0 to {last}, in this order")
    if targets.labels is not None and y.dtype.kind == "f" and y.shape[1:] in ((), (1,)):
        report(f"{name}: whole floats are labels here; `loss` regression fits them as numbers")


def _task(y: np.ndarray, outputs: int | None) -> Task:
    if y.ndim == 2:
        if is_questions(y):
            return Task.CLASSES if is_one_hot(y) and outputs != 1 else Task.BINARY
        if y.dtype.kind == "f" and not is_whole(y):
            return Task.REGRESSION
        raise ValueError(
            "`y_train` must hold one label a sample, rows of 0 and 1, or floats; integers are "
            f"fitted with `loss` regression. Received: shape {y.shape}, dtype {y.dtype}"
        )
    if y.dtype.kind == "f" and not is_whole(y):
        return Task.REGRESSION
    if outputs == 1:
        return Task.BINARY if len(np.unique(y)) == 2 else Task.REGRESSION
    return Task.CLASSES


def _regression(y: np.ndarray, keep: bool) -> Targets:
    if y.dtype.kind in "US":
        raise ValueError(f"`y_train` must hold numbers. Received: dtype {y.dtype}")
    columns = y.reshape(len(y), -1).astype(np.float64)
    if not np.isfinite(columns).all():
        wrong = int((~np.isfinite(columns)).sum())
        raise ValueError(f"`y_train` must hold finite numbers. Received: {wrong} that are not")
    if keep:
        return Targets(Task.REGRESSION, columns.shape[1])
    deviation = columns.std(axis=0)
    if not (deviation > 0).all():
        constant = int(np.argmin(deviation))
        raise ValueError(f"`y_train` must vary. Received: column {constant} is constant")
    units = {"mean": columns.mean(axis=0), "deviation": deviation}
    own = {name: tuple(values.tolist()) for name, values in units.items()}
    return Targets(Task.REGRESSION, columns.shape[1], **own)


def _classes(y: np.ndarray, task: Task, loss: str, outputs: int | None) -> Targets:
    """Of classes, or of one question whose answers have names."""
    labels = labels_of("y_train", y)
    known = tuple(np.unique(labels).tolist())
    wanted = 2 if task is Task.BINARY else outputs
    if wanted and labels.dtype.kind == "i" and set(known) <= set(range(wanted)):
        known = tuple(range(wanted))
    if len(known) < 2:
        raise ValueError(f"`y_train` must hold at least two classes. Received: {shown(known)}")
    if loss == AUTO and len(known) * SAMPLES_A_CLASS > len(y) and outputs is None:
        raise ValueError(
            f"`y_train` must hold at least {SAMPLES_A_CLASS} samples a class, on average; numbers "
            f"are fitted with `loss` regression. Received: {len(known)} labels of {len(y)} samples"
        )
    if task is Task.BINARY:
        if len(known) != 2:
            raise ValueError(
                "`y_train` must hold two labels, or rows of 0 and 1, with `loss` binary. "
                f"Received: {shown(known)}"
            )
        return Targets(task, 1, known)
    return Targets(task, len(known), known)
