"""Comparisons of each feature with its own thresholds: thermometer codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

# How far a trained threshold moves: half of its gap, so that thresholds stay in order.
REACH = 0.5
# In which parts of a gap: thresholds with few digits are short comparisons.
PARTS = 4


@keras.saving.register_keras_serializable(package="qkeras_models")
class ThermometerInput(keras.layers.Layer):
    """Each feature as bits that say which of its thresholds it has reached.

    Forward:   y_k = 1[x_f(k) ≥ t_k], t_k = s_k + g_k · round(4 δ_k) / 4; thresholds of one feature
               side by side, features in order.
    Gradient:  ∂y_k/∂δ_k = −1[|x_f(k) − t_k| < g_k / 2] (box window, straight through the
               rounding); none to x.

    s are the thresholds given.  The gap g_k is the largest power of two that is no longer than the
    way to the nearest other threshold of the feature, so t has few digits and is the same number on
    every device.  δ is 0 at first and is kept within ±1/2: thresholds stay in order.

    Stands after an InputQuantizer, whose integers x are: t counts its steps, and hardware compares
    integers.  Thresholds that no weight uses take no hardware.

    Shapes: x (batch, …, features) to (batch, …, thresholds of all features).

    Args:
        thresholds: for each feature its thresholds, ascending; a feature may have none.
        trainable: whether δ is trained.
        **kwargs: what keras.layers.Layer takes, such as `name`.

    Raises:
        ValueError: if no feature has thresholds, or those of one are not ascending float32
            numbers below 2^31; on its first call, for another number of features.

    Example:
        >>> ThermometerInput([[1, 3], [0]])(np.float32([[2.0, -1.0]])).numpy()
        array([[1., 0., 0.]], dtype=float32)
    """

    # Width of an output.
    bits = 1

    def __init__(
        self,
        thresholds: Sequence[Sequence[float]],
        trainable: bool = False,
        **kwargs: Any,
    ) -> None:
        # Mixed precision must not round x before it is compared.
        super().__init__(trainable=trainable, autocast=False, **kwargs)
        self.thresholds = check_thresholds(thresholds)
        counts = [len(own) for own in self.thresholds]
        self.feature = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
        self.start = np.concatenate([np.float32(own) for own in self.thresholds])
        self.gap = np.concatenate([_gaps(np.float32(own)) for own in self.thresholds])

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] != len(self.thresholds):
            raise ValueError(
                f"`thresholds` of '{self.name}' must be those of {input_shape[-1]} features. "
                f"Received: {len(self.thresholds)}"
            )
        self.move = self.add_weight(
            name="move",
            shape=self.start.shape,
            initializer="zeros",
            constraint=lambda move: ops.clip(move, -REACH, REACH),
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs: Any) -> Any:
        x = ops.stop_gradient(ops.cast(inputs, "float32"))
        x = ops.take(x, self.feature, axis=-1)
        move = ops.round(ops.stop_gradient(self.move) * PARTS) / PARTS
        distance = x - (self.start + self.gap * move)
        bits = ops.cast(distance >= 0, "float32")
        if self.trainable:
            zero = self.move - ops.stop_gradient(self.move)
            soft = ops.clip(distance / self.gap + 0.5 - zero, 0.0, 1.0)
            bits = bits + (soft - ops.stop_gradient(soft))
        return ops.cast(bits, self.compute_dtype)

    def trained_thresholds(self) -> np.ndarray:
        """t, float32 (thresholds of all features,), as the layer computes it."""
        move = np.rint(ops.convert_to_numpy(self.move) * PARTS) / PARTS
        return (self.start + self.gap * move).astype(np.float32)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], len(self.start))

    def get_config(self) -> dict[str, Any]:
        thresholds = [list(own) for own in self.thresholds]
        return {**super().get_config(), "thresholds": thresholds}


def check_thresholds(thresholds: Any) -> tuple[tuple[float, ...], ...]:
    """Thresholds of each feature as float32 numbers.

    Raises:
        ValueError: for anything else than some ascending numbers of magnitude below 2^31.
    """
    try:
        rows = [np.asarray(own, np.float64) for own in thresholds]
    except (TypeError, ValueError):
        rows = []
    single = [row.astype(np.float32) for row in rows]
    right = any(row.size for row in rows) and all(
        row.ndim == 1 and (np.abs(row) < 2.0**31).all() and (np.diff(row) > 0).all()
        for row in single
    )
    if not right:
        raise ValueError(
            "`thresholds` must be a list for each feature of ascending float32 numbers below 2^31 "
            f"in magnitude, not all of them empty. Received: {thresholds!r:.200}"
        )
    return tuple(tuple(row.tolist()) for row in single)


def _gaps(thresholds: np.ndarray) -> np.ndarray:
    """For each threshold the largest power of two up to its distance to the nearest other one."""
    if len(thresholds) < 2:
        return np.ones(len(thresholds), np.float32)
    distance = np.diff(thresholds.astype(np.float64))
    nearest = np.minimum(np.append(distance, np.inf), np.append(np.inf, distance))
    return np.ldexp(1.0, np.frexp(nearest)[1] - 1).astype(np.float32)
