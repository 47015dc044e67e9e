"""Batches that carry a teacher's logits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from training.data import Batches
from training.matching_model import load_matching

if TYPE_CHECKING:
    from training.data import Dataset


class DistilledBatches(Batches):
    """Batches (x, y) with y float32 (batch, 1 + classes): labels, then what a teacher makes of x.

    The teacher sees the deformed images that the student sees, so a resumed training gets the
    same logits again.

    Args:
        teacher: a model whose outputs are logits, or the softmax of logits; or its logits, float32
            (pool, samples, classes), for batches that come again after `pool` epochs.
        x, y, options: those of Batches.
    """

    def __init__(
        self, teacher: keras.Model | np.ndarray, x: np.ndarray, y: np.ndarray, **options: Any
    ) -> None:
        super().__init__(x, y, **options)
        known = isinstance(teacher, np.ndarray)
        self._known = teacher if known else None
        self._teacher = None if known else teacher
        # The logarithms of probabilities are logits, but for a constant that no softmax sees.
        self._logarithm = not known and _ends_with_softmax(teacher)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = super().__getitem__(index)
        logits = self._logits(x, index)
        return x, np.concatenate([y[:, None], logits], axis=1).astype(np.float32)

    def release(self) -> None:
        super().release()
        self._known = self._teacher = None

    def _logits(self, x: np.ndarray, index: int) -> np.ndarray:
        if self._known is not None:
            return self._known[self.drawn, index * self._batch_size :][: len(x)]
        # Of a teacher in half precision they are bfloat16, which NumPy puts beside no other type.
        logits = self._teacher.predict_on_batch(x).astype(np.float32)
        if self._logarithm:
            logits = np.log(np.maximum(logits, np.finfo(np.float32).tiny))
        return logits


def load_teacher(path: str | Path, data: Dataset) -> keras.Model:
    """A trained model that takes the samples of a data set and knows its classes.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, or made for other samples or classes.
    """
    return load_matching(path, "teacher", data)


def _ends_with_softmax(model: keras.Model) -> bool:
    last = model.outputs[0]._keras_history.operation
    function = getattr(last, "activation", None)
    return "softmax" in (type(last).__name__.lower(), getattr(function, "__name__", ""))
