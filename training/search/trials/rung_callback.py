"""The callback that ends a hopeless trial."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from qkeras_models.networks.kernels import kernels
from training.search.early_stopping import Bar, rungs_of


class HopelessTrial(Exception):
    """The trial stands below a bar of stage 1."""


class RungCallback(keras.callbacks.Callback):
    """Compares a trial with the bars of its job, at their shares of stage 1.

    Args:
        bars: what is asked for, and when.
        stage1_epochs: epochs of stage 1.
        history: history.csv of the run; it need not exist.

    Raises:
        HopelessTrial: at the end of an epoch where a bar asks for more; of a run that goes on, at
            its start, if such an epoch is in its history.
    """

    def __init__(self, bars: Sequence[Bar], stage1_epochs: int, history: Path) -> None:
        super().__init__()
        self.bars = {bar.share: bar for bar in bars}
        self.stage1_epochs = stage1_epochs
        self.history = history
        self.weights = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.weights = sum(kernel.size for kernel in kernels(self.model).values())
        # A worker may have died between the checkpoint of an epoch and its comparison.
        self._compare(history_rows(self.history))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._compare([{**(logs or {}), "epoch": epoch + 1}])

    def _compare(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for rung in rungs_of(rows, tuple(self.bars), self.stage1_epochs, self.weights):
            if self.bars[rung.share].asks_more_than(rung):
                raise HopelessTrial(f"below the bar at {rung.share:.0%} of stage 1")


def history_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a history.csv, one an epoch; none if there is no such file."""
    if not path.is_file():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
