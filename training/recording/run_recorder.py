"""History and checkpoints of a run, epoch by epoch."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

import keras

from qkeras_models.files.atomic_write import PARTIAL, move_into_place, write_atomically
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity
from training.baselines.dense_training import DenseTraining
from training.pruning.staged_training import StagedTraining, thresholds
from training.recording.shadow_weights import record_stage_end


class TrainingDiverged(RuntimeError):
    """The loss is no longer a finite number."""


class RunRecorder(keras.callbacks.Callback):
    """Writes history.csv after every epoch and checkpoints/epoch-NNNN/ from time to time.

    At the end of each stage it writes shadow_weights.json (see training.recording.shadow_weights).

    A checkpoint is a folder with model.keras (optimizer included), state.json and the history up
    to it; it is written under another name and renamed, so it is there whole or not at all.

    Args:
        folder: the run's folder.
        pruning: the callback whose state belongs to the checkpoint.
        seconds: least time between two checkpoints; 0 writes one after every epoch.
        history: rows of earlier epochs, if the run is resumed.
        started: time.monotonic() at which the training began, earlier parts counted; now by
            default.

    Raises:
        TrainingDiverged: as soon as the loss of a batch is NaN or infinite.
    """

    def __init__(
        self,
        folder: Path,
        pruning: StagedTraining | DenseTraining,
        seconds: float = 10.0,
        history: list[dict[str, Any]] | None = None,
        started: float | None = None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.pruning = pruning
        self.seconds = seconds
        self.history = list(history or [])
        self._epoch = 0
        self._stage: int | None = None
        self._saved_at = time.monotonic()
        self._started = self._saved_at if started is None else started

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._stage = self._present_stage()

    def _present_stage(self) -> int | None:
        """Stages are those of sparse ternary layers; without them there are none."""
        return self.pruning.stage if self.pruning.layers else None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch
        stage = self._present_stage()
        if (self._stage, stage) == (1, 3):
            self._record_stage(2, epoch)
        self._stage = stage

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self.history and self._present_stage() == 3:
            self._record_stage(2 if self._stage == 1 else 3, self.history[-1]["epoch"])

    def _record_stage(self, stage: int, epoch: int) -> None:
        record_stage_end(self.folder, stage, epoch, self.pruning.layers)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = float((logs or {}).get("loss", 0.0))
        if not math.isfinite(loss):
            raise TrainingDiverged(
                f"the loss became {loss} in epoch {self._epoch + 1}; {self._last_checkpoint()}. "
                "Try a lower learning_rate"
            )

    def _last_checkpoint(self) -> str:
        kept = find_checkpoint(self.folder)
        return f"the last good checkpoint is {kept}" if kept else "there is no checkpoint yet"

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row: dict[str, Any] = {"epoch": epoch + 1, **{k: float(v) for k, v in (logs or {}).items()}}
        layers = self.pruning.layers
        for layer, threshold in zip(layers, thresholds(layers), strict=True):
            row[f"threshold/{layer.name}"] = threshold
            row[f"sparsity/{layer.name}"] = overall_sparsity([layer])
        self.history.append(row)
        write_history(self.history, RunFolder(self.folder).history)
        if self._stage == 1 and epoch + 1 == self.pruning.stage1_epochs:
            self._record_stage(1, epoch + 1)
        last = epoch + 1 == self.params["epochs"]
        if last or time.monotonic() - self._saved_at >= self.seconds:
            self._save(epoch + 1)

    def _save(self, epoch: int) -> None:
        target = RunFolder(self.folder).checkpoints / f"epoch-{epoch:04d}"
        partial = target.with_name(f".{target.name}{PARTIAL}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            self.model.save(RunFolder(partial).model)
            state = {
                "epoch": epoch,
                "pruning": self.pruning.state(),
                "history": self.history,
                "seconds": time.monotonic() - self._started,
            }
            (partial / "state.json").write_text(json.dumps(state), encoding="utf-8")
            move_into_place(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        for older in sorted(RunFolder(self.folder).checkpoints.glob("epoch-*"))[:-1]:
            shutil.rmtree(older)
        self._saved_at = time.monotonic()


def write_history(rows: list[dict[str, Any]], path: Path) -> None:
    """Writes one row an epoch as CSV, atomically."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue())


def find_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint of a run, if there is one."""
    found = sorted(RunFolder(folder).checkpoints.glob("epoch-*"))
    return found[-1] if found else None
