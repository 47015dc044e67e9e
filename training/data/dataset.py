"""A data set, split in three."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qkeras_models.input_formats.fixed_point import FixedPoint
from training.data.targets.targets import Targets
from training.data.targets.task import Task


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and targets to train with, to choose with, and to report on.

    Validation data are taken from the training data; nothing is chosen by looking at test data.

    Args:
        name: "mnist", "digits", or the name of the user's file.
        x_train, x_validation, x_test: float32 (samples, *shape), finite.
        y_train, y_validation, y_test: classes int64 (samples,), 0 to classes − 1; or answers 0
            and 1, float32, or numbers in their own units, float64 (samples, outputs).
        targets: what they ask of a network.
        format: how the samples become integers.
        thermometer: thresholds of each feature that the integers are compared with; None where
            they are inputs themselves.
        class_names: what class 0, 1, … is called by people, where `targets` hold numbers only.

    Raises:
        ValueError: if the format has one scale a feature, and not as many as there are features.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    targets: Targets
    format: FixedPoint
    thermometer: tuple[tuple[int, ...], ...] | None = None
    class_names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        scale = self.format.scale
        if isinstance(scale, tuple) and len(scale) != self.shape[-1]:
            raise ValueError(
                f"`scale` must be a number or {self.shape[-1]} of them, one for each element of "
                f"the last axis of {self.name}. Received: {len(scale)} numbers"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return self.x_train.shape[1:]

    @property
    def outputs(self) -> int:
        """How many outputs a network of these data needs."""
        return self.targets.outputs

    @property
    def classes(self) -> int:
        """How many classes there are.

        Raises:
            ValueError: if y holds no classes.
        """
        if self.targets.task is not Task.CLASSES:
            raise ValueError(f"{self.name} has no classes: its task is {self.targets.task.value}")
        return self.targets.outputs
