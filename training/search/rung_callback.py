"""The callback that ends a hopeless trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from qkeras_models.kernels import kernels
from training.search.early_stopping import Bar, rungs_of


class HopelessTrial(Exception):
    """The trial stands below a bar of stage 1."""


class RungCallback(keras.callbacks.Callback):
    """Compares a trial with the bars of its job, at their shares of stage 1.

    Args:
        bars: what is asked for, and when.
        stage1_epochs: epochs of stage 1.

    Raises:
        HopelessTrial: at the end of an epoch, where a bar asks for more.
    """

    def __init__(self, bars: Sequence[Bar], stage1_epochs: int) -> None:
        super().__init__()
        self.bars = {bar.share: bar for bar in bars}
        self.stage1_epochs = stage1_epochs
        self.weights = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.weights = sum(kernel.size for kernel in kernels(self.model).values())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row = {**(logs or {}), "epoch": epoch + 1}
        for rung in rungs_of([row], tuple(self.bars), self.stage1_epochs, self.weights):
            if self.bars[rung.share].asks_more_than(rung):
                raise HopelessTrial(f"below the bar at {rung.share:.0%} of stage 1")
