"""Loss and accuracy of a network that learns from a teacher's logits too."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="qkeras_models")
class DistillationLoss(keras.losses.Loss):
    """Cross-entropy with the labels and divergence from a teacher.

    Forward:  (1 − a) · CE(y, z) + a · T² · KL(softmax(t / T) ‖ softmax(z / T))

    with labels y, logits z and the teacher's logits t.  T² keeps the gradients of the second term
    as large at any temperature.  Labels without logits, as of validation data, give CE(y, z).

    Args:
        weight: a, in [0, 1].
        temperature: T, > 0; the higher, the more the teacher's small probabilities count.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> loss = DistillationLoss(weight=0.5, temperature=3.0)
        >>> model.compile("adam", loss)

    `y_true` is (batch, 1 + classes), the label before the teacher's logits, or labels alone;
    `y_pred` the logits (batch, classes).

    Reference: Hinton, Vinyals and Dean, Distilling the knowledge in a neural network
    (arXiv 1503.02531).
    """

    def __init__(
        self,
        weight: float = 0.5,
        temperature: float = 3.0,
        name: str = "distillation",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        if not 0 <= weight <= 1:
            raise ValueError(f"`weight` must be in [0, 1]. Received: {weight!r}")
        if not temperature > 0:
            raise ValueError(f"`temperature` must be > 0. Received: {temperature!r}")
        self.weight = weight
        self.temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        entropy = ops.sparse_categorical_crossentropy(labels(y_true), y_pred, from_logits=True)
        if len(y_true.shape) == 1 or y_true.shape[-1] == 1:
            return entropy
        teacher = ops.log_softmax(y_true[:, 1:] / self.temperature)
        student = ops.log_softmax(y_pred / self.temperature)
        divergence = ops.sum(ops.exp(teacher) * (teacher - student), axis=-1)
        return (1.0 - self.weight) * entropy + self.weight * self.temperature**2 * divergence

    def get_config(self) -> dict[str, Any]:
        own = {"weight": self.weight, "temperature": self.temperature}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="qkeras_models")
class LabelAccuracy(keras.metrics.SparseCategoricalAccuracy):
    """Share of samples whose largest logit is the label's, whatever follows the label."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return super().update_state(labels(y_true), y_pred, sample_weight)


def labels(y_true: Any) -> Any:
    """The labels (batch,) int32 of targets that may carry a teacher's logits behind them."""
    first = y_true if len(y_true.shape) == 1 else y_true[:, 0]
    return ops.cast(first, "int32")
