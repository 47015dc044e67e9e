"""Which integers an activation quantizer stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ALLOWED = (
    "quantized_relu(bits, integer) with 1 to 4 bits, binary() or binary(use_01=True), "
    "without sigmoid, slope, alpha, stochastic rounding, qnoise_factor below 1 or an upper bound "
    "between its levels"
)


@dataclass(frozen=True)
class ActivationFormat:
    """activation = offset + step · level, level = 0 … 2^bits − 1."""

    bits: int
    step: float
    offset: float


def activation_format(quantizer: Any) -> ActivationFormat:
    """The format of a qkeras activation quantizer.

    Raises:
        ValueError: if it is none of those that an integer network can hold.
    """
    name = type(quantizer).__name__
    if name == "quantized_relu" and _is_plain_relu(quantizer):
        bits, integer = int(quantizer.bits), int(quantizer.integer)
        return ActivationFormat(bits, 2.0 ** (integer - bits), 0.0)
    if name == "binary" and _is_plain_binary(quantizer):
        return ActivationFormat(1, 1.0, 0.0) if quantizer.use_01 else ActivationFormat(1, 2.0, -1.0)
    received = getattr(quantizer, "__name__", quantizer)
    raise ValueError(f"activation must be {ALLOWED}. Received: {received}")


def _is_plain_relu(quantizer: Any) -> bool:
    return (
        quantizer.bits in (1, 2, 3, 4)
        and not quantizer.use_sigmoid
        and not quantizer.negative_slope
        and not quantizer.use_stochastic_rounding
    )


def _is_plain_binary(quantizer: Any) -> bool:
    return quantizer.alpha in (None, 1, 1.0) and not quantizer.use_stochastic_rounding
