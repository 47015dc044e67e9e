"""The callback of trainings without stages: one cosine decay over all epochs."""

from __future__ import annotations

from typing import Any

import keras

from qkeras_models.networks.kernels import kernels, zero_share
from training.steps.allocator import keep_memory
from training.steps.fast_steps import FastSteps
from training.steps.pace import Pace
from training.steps.restarted_learning_rate import RestartedLearningRate


class DenseTraining(keras.callbacks.Callback):
    """Decays the learning rate over the whole training; for networks that are never pruned.

    Logs: ``sparsity``, the share of weights that are 0, at the end of each epoch.

    Args:
        decay: "cosine", to 2 % of the learning rate, or None.
        update_every: steps between two changes of the learning rate; at most once in each
            execution of several steps.
        jit_compile: see FastSteps.

    Raises:
        ValueError: if an argument is out of range.
    """

    def __init__(
        self,
        decay: str | None = "cosine",
        update_every: int = 16,
        jit_compile: bool | str = "auto",
    ) -> None:
        super().__init__()
        self.learning_rate = RestartedLearningRate(decay=decay)
        self.pace = Pace(update_every)
        self.fast_steps = FastSteps(jit_compile)
        self.layers: tuple[Any, ...] = ()
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.learning_rate.begin(self.model.optimizer)
        self.fast_steps.begin(self.model, self.params)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.pace.due(batch):
            keep_memory()
            epoch = self._epoch + batch / (self.params.get("steps") or batch + 1)
            progress = min(epoch / self.params["epochs"], 1.0)
            self.learning_rate.update(self.model.optimizer, 1, progress)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            logs["sparsity"] = zero_share(kernels(self.model))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.fast_steps.end(self.model)

    def state(self) -> dict[str, Any]:
        """What a resumed training needs besides the model: JSON values."""
        return {"base_learning_rate": self.learning_rate.base}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a `state` of an earlier training; call before fit."""
        self.learning_rate.base = state["base_learning_rate"]
