"""Which integers an activation quantizer stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_BITS = 8
ALLOWED = (
    "quantized_relu(bits, integer), quantized_bits(bits, integer), quantized_tanh(bits) or "
    "quantized_sigmoid(bits) of 1 to 8 bits, binary(), binary(use_01=True) or ternary(alpha=1), "
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
    read = _FORMATS.get(type(quantizer).__name__)
    if read is not None and _is_plain(quantizer):
        found = read(quantizer)
        if 1 <= found.bits <= MOST_BITS:
            return found
    received = getattr(quantizer, "__name__", quantizer)
    raise ValueError(f"activation must be {ALLOWED}. Received: {received}")


def _is_plain(quantizer: Any) -> bool:
    """Whether it neither scales nor draws, and has no branch of its own below 0."""
    return (
        getattr(quantizer, "alpha", None) in (None, 1, 1.0)
        and not getattr(quantizer, "use_stochastic_rounding", False)
        and not getattr(quantizer, "use_sigmoid", False)
        and not getattr(quantizer, "negative_slope", 0)
    )


def _relu(quantizer: Any) -> ActivationFormat:
    bits, integer = int(quantizer.bits), int(quantizer.integer)
    return ActivationFormat(bits, 2.0 ** (integer - bits), 0.0)


def _bits(quantizer: Any) -> ActivationFormat:
    bits, integer = int(quantizer.bits), int(quantizer.integer)
    if not quantizer.keep_negative:
        return ActivationFormat(bits, 2.0 ** (integer - bits), 0.0)
    if bits == 1:
        return ActivationFormat(1, 2.0, -1.0)
    return ActivationFormat(bits, 2.0 ** (integer - bits + 1), -(2.0**integer))


def _tanh(quantizer: Any) -> ActivationFormat:
    return ActivationFormat(int(quantizer.bits), 2.0 ** (1 - int(quantizer.bits)), -1.0)


def _sigmoid(quantizer: Any) -> ActivationFormat:
    return ActivationFormat(int(quantizer.bits), 2.0 ** -int(quantizer.bits), 0.0)


def _binary(quantizer: Any) -> ActivationFormat:
    return ActivationFormat(1, 1.0, 0.0) if quantizer.use_01 else ActivationFormat(1, 2.0, -1.0)


def _ternary(_: Any) -> ActivationFormat:
    return ActivationFormat(2, 1.0, -1.0)


_FORMATS: dict[str, Callable[[Any], ActivationFormat]] = {
    "binary": _binary,
    "quantized_bits": _bits,
    "quantized_relu": _relu,
    "quantized_sigmoid": _sigmoid,
    "quantized_tanh": _tanh,
    "ternary": _ternary,
}
