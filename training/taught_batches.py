"""Batches that carry a teacher's logits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from qkeras_models.saved_model import load_model
from training.data import Batches

if TYPE_CHECKING:
    from training.data import Dataset


class TaughtBatches(Batches):
    """Batches (x, y) with y float32 (batch, 1 + classes): labels, then what a teacher makes of x.

    The teacher sees the deformed images that the student sees, so a resumed training gets the
    same logits again.

    Args:
        teacher: a model whose outputs are logits.
        x, y, options: those of Batches.
    """

    def __init__(self, teacher: keras.Model, x: np.ndarray, y: np.ndarray, **options: Any) -> None:
        super().__init__(x, y, **options)
        self._teacher = teacher

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = super().__getitem__(index)
        logits = self._teacher.predict_on_batch(x)
        return x, np.concatenate([y[:, None], logits], axis=1).astype(np.float32)


def load_teacher(path: str | Path, data: Dataset) -> keras.Model:
    """A trained model that takes the samples of a data set and knows its classes.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, or made for other samples or classes.
    """
    teacher = load_model(path)
    for name, received, wanted in (
        ("inputs", teacher.inputs[0].shape[1:], data.shape),
        ("outputs", teacher.outputs[0].shape[1:], (data.outputs,)),
    ):
        if tuple(received) != tuple(wanted):
            raise ValueError(
                f"the teacher {path} must have {name} of shape {tuple(wanted)}. "
                f"Received: {tuple(received)}"
            )
    return teacher
