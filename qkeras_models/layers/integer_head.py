"""The last layer: logits that are integers times one scale."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

# Relative error of a float logit: two units in the last place of float32.
LOGIT_ERROR = 2.0**-22


class NoIntegersError(ValueError):
    """Logits that are no integers times their scale.

    Args:
        message: which.
        steps: logits / scale (samples, classes), float64, rounded where they are integers.
    """

    def __init__(self, message: str, steps: np.ndarray) -> None:
        super().__init__(message)
        self.steps = steps


@keras.saving.register_keras_serializable(package="qkeras_models")
class IntegerHead(keras.layers.Layer):
    """logits = s · (acc / step + round(b)): hardware outputs the integer acc / step + round(b).

    One scale s = exp(log_scale) > 0 is shared by all classes, so the integers' argmax is the
    model's.  Shapes: acc (batch, classes) to the same shape.
    Gradient: that of s · (acc / step + b), straight through the rounding.

    Args:
        initial_scale: s at the start, > 0; about 1 / standard deviation of acc trains well.
        step: value of one integer of the activation that feeds the last ternary layer; 1 for
            ``quantized_relu(bits, bits)``, 2^(integer − bits) in general.

    Raises:
        ValueError: if an argument is not > 0.
    """

    def __init__(self, initial_scale: float = 0.1, step: float = 1.0, **kwargs: Any) -> None:
        # Mixed precision must not round what hardware holds exactly.
        super().__init__(autocast=False, **kwargs)
        for name, value in (("initial_scale", initial_scale), ("step", step)):
            if not value > 0:
                raise ValueError(f"`{name}` must be > 0. Received: {value!r}")
        self.initial_scale = initial_scale
        self.step = step

    def build(self, input_shape: Any) -> None:
        self.bias = self.add_weight(
            name="bias",
            shape=(input_shape[-1],),
            initializer="zeros",
            dtype="float32",
            autocast=False,
        )
        self.log_scale = self.add_weight(
            name="log_scale",
            shape=(),
            initializer=keras.initializers.Constant(np.log(self.initial_scale)),
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs: Any) -> Any:
        accumulator = ops.cast(inputs, "float32") / self.step
        rounded = ops.stop_gradient(ops.round(self.bias))
        bias = rounded + (self.bias - ops.stop_gradient(self.bias))
        return ops.exp(self.log_scale) * (accumulator + bias)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def integer_bias(self) -> np.ndarray:
        """round(b), int64 (classes,).

        Raises:
            ValueError: if a bias is NaN or beyond 2^53.
        """
        bias = np.rint(ops.convert_to_numpy(self.bias).astype(np.float64))
        if not (np.abs(bias) < 2.0**53).all():
            raise ValueError(f"biases of '{self.name}' must be finite integers. Received: {bias}")
        return bias.astype(np.int64)

    @property
    def scale(self) -> float:
        """s as the layer computes it, with the backend's own exp."""
        return float(ops.convert_to_numpy(ops.exp(self.log_scale)))

    def integer_logits(self, logits: np.ndarray) -> np.ndarray:
        """The integers n behind float logits s · n of this model, int64.

        Exact for |n| < 2^22: float32 rounds s · n by at most |n| · 2^−24, and a compiled exp may
        differ from that of `scale` by one unit in the last place, |n| · 2^−23.

        Raises:
            NoIntegersError: if a logit is no integer times s within these errors.
        """
        steps = np.asarray(logits, np.float64) / self.scale
        integers = np.rint(steps)
        wrong = ~(np.abs(steps - integers) <= LOGIT_ERROR * np.abs(integers))
        if wrong.any():
            index = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise NoIntegersError(
                f"logits of '{self.name}' must be integers times its scale, {self.scale:.6g}. "
                f"Received: {steps[index]:.9g} times at {index}, and {wrong.sum() - 1:,} others of "
                f"{wrong.size:,} that are none",
                np.where(wrong, steps, integers),
            )
        return integers.astype(np.int64)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "initial_scale": self.initial_scale, "step": self.step}
