"""Explicit fixed-point quantization of a model's inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from qkeras_models.input_formats.fixed_point import SMALLEST, FixedPoint, scale_bits


@keras.saving.register_keras_serializable(package="qkeras_models")
class InputQuantizer(keras.layers.Layer):
    """Floats to the integers that hardware sees: x_int = clip(floor(x / scale), lowest, highest).

    Shapes: x (batch, …) to the same shape, integers held as floats.  Unsigned: 0 … 2^bits − 1;
    signed: −2^(bits−1) … 2^(bits−1) − 1.  A 1-bit input with scale t asks x ≥ t.
    Gradient: none, inputs are not trained.

    Args:
        bits: 1 to 16.
        signed: whether integers may be negative.
        scale: step of one integer in units of x, > 0; a number, or one for each element of the
            last axis, at least 2^−126.  Rounded to 16 significant bits, 24 − bits above 8 bits,
            so that every multiple of it is a float32 and the comparison that hardware makes is
            the one that Keras makes.

    Raises:
        ValueError: if `bits` or `scale` is out of range.

    Example:
        >>> InputQuantizer(bits=1, scale=0.375)(np.float32([[0.3, 0.4]])).numpy()
        array([[0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        bits: int = 8,
        signed: bool = False,
        scale: float | Sequence[float] = 1 / 256,
        **kwargs: Any,
    ) -> None:
        # Mixed precision must not round x before it is compared.
        super().__init__(autocast=False, **kwargs)
        self.format = FixedPoint(bits, bool(signed), scale)
        self.bits, self.signed = self.format.bits, self.format.signed
        steps = np.asarray(self.format.scale, np.float64)
        self.scale = round_significant(steps, scale_bits(self.bits)).tolist()

    @property
    def lowest(self) -> int:
        """Smallest integer of the output."""
        return self.format.lowest

    @property
    def highest(self) -> int:
        """Largest integer of the output."""
        return self.format.highest

    def build(self, input_shape: Any) -> None:
        if isinstance(self.scale, list) and len(self.scale) != input_shape[-1]:
            raise ValueError(
                f"`scale` must be a number or hold {input_shape[-1]}, one for each element of the "
                f"last axis. Received: {len(self.scale)}"
            )
        # A weight rather than a constant: graph compilers turn division by a constant into
        # multiplication by its reciprocal, which rounds differently.
        self.step = self.add_weight(
            name="step",
            shape=np.shape(self.scale),
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(self.scale, dtype),
            trainable=False,
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs: Any) -> Any:
        # Denormal numbers count as 0 on every backend, as TensorFlow's arithmetic has it.
        levels = ops.floor(_flushed(_flushed(ops.cast(inputs, "float32")) / self.step))
        clipped = ops.clip(levels, float(self.lowest), float(self.highest))
        return ops.cast(ops.stop_gradient(clipped), self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = {"bits": self.bits, "signed": self.signed, "scale": self.scale}
        return {**super().get_config(), **config}


def _flushed(x: Any) -> Any:
    return ops.where(ops.abs(x) < float(SMALLEST), 0.0, x)


def round_significant(x: np.ndarray, bits: int) -> np.ndarray:
    """x rounded to so many significant binary digits."""
    mantissa, exponent = np.frexp(x)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits)
