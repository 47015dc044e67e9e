"""The callback of trainings without stages: one cosine decay over all epochs."""

from __future__ import annotations

from typing import Any

import keras

from qkeras_models.kernels import kernels, zero_share
from training.restarted_learning_rate import RestartedLearningRate


class DenseTraining(keras.callbacks.Callback):
    """Decays the learning rate over the whole training; for networks that are never pruned.

    Logs: ``sparsity``, the share of weights that are 0, at the end of each epoch.

    Args:
        decay: "cosine", to 2 % of the learning rate, or None.
        update_every: steps between two changes of the learning rate.

    Raises:
        ValueError: if an argument is out of range.
    """

    def __init__(self, decay: str | None = "cosine", update_every: int = 16) -> None:
        super().__init__()
        if not isinstance(update_every, int) or update_every < 1:
            raise ValueError(f"`update_every` must be an integer >= 1. Received: {update_every!r}")
        self.learning_rate = RestartedLearningRate(decay=decay)
        self.update_every = update_every
        self.layers: tuple[Any, ...] = ()
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.learning_rate.begin(self.model.optimizer)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch % self.update_every == 0:
            epoch = self._epoch + batch / (self.params.get("steps") or batch + 1)
            progress = min(epoch / self.params["epochs"], 1.0)
            self.learning_rate.update(self.model.optimizer, 1, progress)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            logs["sparsity"] = zero_share(kernels(self.model))

    def state(self) -> dict[str, Any]:
        """What a resumed training needs besides the model: JSON values."""
        return {"base_learning_rate": self.learning_rate.base}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a `state` of an earlier training; call before fit."""
        self.learning_rate.base = state["base_learning_rate"]
