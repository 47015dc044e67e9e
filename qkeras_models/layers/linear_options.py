"""Options that every ternary layer has in common: linear, without a bias."""

from __future__ import annotations

from typing import Any

import keras

# What no layer has, so that none of it is saved.
FIXED_OPTIONS = (
    "use_bias", "activation", "bias_quantizer", "kernel_range", "bias_range", "depthwise_range"
)


def linear_options(
    kind: str, quantizer: Any, initializer: Any, options: dict[str, Any], weight: str = "kernel"
) -> dict[str, Any]:
    """Arguments of the qkeras layer under a ternary one.

    Args:
        kind: the layer's class, for messages.
        quantizer: of the kernel, checked.
        initializer: of the shadow weights, or None.
        options: the layer's other arguments.
        weight: what that layer calls its kernel.

    Raises:
        ValueError: if `use_bias` or `activation` is asked for.
    """
    for option in ("use_bias", "activation"):
        if options.pop(option, None):
            raise ValueError(
                f"`{option}` must not be given: batch normalization and a QActivation, or an "
                f"IntegerHead, follow a {kind}."
            )
    return {
        "use_bias": False,
        f"{weight}_quantizer": quantizer,
        f"{weight}_initializer": initializer or keras.initializers.RandomUniform(-0.5, 0.5),
        **options,
    }
