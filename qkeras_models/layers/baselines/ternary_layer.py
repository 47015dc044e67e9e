"""What layers share whose weights are ternary by a quantizer without a trained threshold."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from qkeras_models.layers.linear_options import FIXED_OPTIONS
from qkeras_models.quantizers.binary_weights import BinaryWeights
from qkeras_models.quantizers.ternary_weights import TernaryWeights

Quantizer = TernaryWeights | BinaryWeights


class TernaryLayer:
    """Mixin before a qkeras layer: its inference kernel and its configuration."""

    def ternary_kernel(self) -> np.ndarray:
        """The kernel that inference uses, int8 of −1, 0 and 1, in the kernel's shape."""
        kernel = ops.convert_to_tensor(self.kernel)
        return ops.convert_to_numpy(self.kernel_quantizer_internal(kernel)).astype(np.int8)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for fixed in FIXED_OPTIONS:
            config.pop(fixed, None)
        config["kernel_quantizer"] = keras.saving.serialize_keras_object(
            self.kernel_quantizer_internal
        )
        return config


def ternary_quantizer(quantizer: Any) -> Quantizer:
    """A quantizer from what a layer was given: itself, its serialized form, or None.

    Raises:
        ValueError: if `quantizer` is no TernaryWeights or BinaryWeights, nor None.
    """
    received = quantizer
    quantizer = quantizer or TernaryWeights()
    if isinstance(quantizer, dict):
        quantizer = keras.saving.deserialize_keras_object(quantizer)
    if not isinstance(quantizer, Quantizer):
        raise ValueError(
            "`kernel_quantizer` must be a TernaryWeights or BinaryWeights. "
            f"Received: {received!r}"
        )
    return quantizer
