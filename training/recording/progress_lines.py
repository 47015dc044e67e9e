"""What a training says while it runs: a line an epoch, and one where a stage does something."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import keras

from training.baselines.dense_training import DenseTraining
from training.pruning.staged_training import StagedTraining, pruned_line

STAGES = {1: "stage 1, train", 3: "stage 3, retrain"}
# Logs that have a place of their own in the line.
PLACED = {"loss", "stage", "sparsity", "soft_nonzeros", "learning_rate"}
# Epochs that the time left is told from.
RECENT = 5


class ProgressLines(keras.callbacks.Callback):
    """Prints stage, metrics, sparsity and the time left after each epoch, and what stage 2 did.

    A terminal shows the steps of the present epoch too.

    Args:
        pruning: the callback that knows the stage, listed before this one.
    """

    def __init__(self, pruning: StagedTraining | DenseTraining) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.pruning = pruning
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        console = Console(highlight=False, soft_wrap=True)
        self._bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("", visible=False)
        self._stage = 0
        self._started: list[float] = []

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._stage = self._present_stage()
        self._bar.start()
        self._say("validation jumps until batch statistics are renewed, at the end")

    def _present_stage(self) -> int:
        return self.pruning.stage if self.pruning.layers else 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._started.append(time.monotonic())
        stage = self._present_stage()
        if (self._stage, stage) == (1, 3):
            self._say(pruned_line(self.pruning.layers))
        self._stage = stage
        total, name = self.params.get("steps"), f"epoch {epoch + 1}/{self.params['epochs']}"
        self._bar.reset(self._task, total=total, description=name, visible=True)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._bar.update(self._task, completed=batch + 1)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        epochs = self.params["epochs"]
        parts = [f"epoch {epoch + 1}/{epochs}", STAGES.get(self._stage, ""), *_figures(logs or {})]
        recent = self._started[-RECENT:]
        seconds = (time.monotonic() - recent[0]) / len(recent)
        parts.append(f"{seconds:.1f} s, {duration(seconds * (epochs - epoch - 1))} left")
        self._say("  ".join(filter(None, parts)))

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self._bar.stop()
        if (self._stage, self._present_stage()) == (1, 3):
            self._say(pruned_line(self.pruning.layers))

    def _say(self, line: str) -> None:
        self._bar.console.print(line, markup=False)


def _figures(logs: Mapping[str, Any]) -> list[str]:
    """Loss, metrics with those of validation data behind them, and zeros."""
    figures = [f"loss {float(logs['loss']):.4g}"] if "loss" in logs else []
    for name, value in logs.items():
        if name in PLACED or name.startswith("val_"):
            continue
        validation = logs.get(f"val_{name}")
        behind = "" if validation is None else f" (validation {shown(name, validation)})"
        figures.append(f"{name} {shown(name, value)}{behind}")
    if "sparsity" in logs:
        figures.append(f"zeros {logs['sparsity']:.2%}")
    return figures


def shown(name: str, value: float) -> str:
    """A metric's value: shares in per cent, others as they are."""
    return f"{value:.2%}" if name.endswith("accuracy") else f"{value:.4g}"


def duration(seconds: float) -> str:
    """Seconds in the units that people count them in."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
