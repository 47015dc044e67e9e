"""A run's folder as a kill would have left it, from a run that goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import keras


class CopiedFolder(keras.callbacks.Callback):
    """Copies the folder of a run as it is after some of its epochs.

    Args:
        folder: of the run.
        epochs: after how many, from 1; the copy's name is that of the folder, with the number.
    """

    def __init__(self, folder: Path, *epochs: int) -> None:
        super().__init__()
        self.folder = folder
        self.epochs = epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if epoch + 1 in self.epochs:
            shutil.copytree(self.folder, copied(self.folder, epoch + 1))


def copied(folder: Path, epochs: int) -> Path:
    """Where the copy after so many epochs is."""
    return folder.with_name(f"{folder.name}-{epochs}")
