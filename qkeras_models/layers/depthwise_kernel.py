"""The kernel of a depthwise convolution, called as that of other layers is."""

from __future__ import annotations

from typing import Any

import numpy as np

_OWN_NAMES = {
    "depthwise_initializer": "kernel_initializer",
    "depthwise_regularizer": None,
    "depthwise_constraint": None,
    "depthwise_quantizer": None,
}


class DepthwiseKernel:
    """Mixin before qkeras's QDepthwiseConv2D, whose kernel is `depthwise_kernel`.

    The kernel is (height, width, channels, depth_multiplier): output channel · multiplier + i is
    that of `channel` and its i-th filter.
    """

    @property
    def kernel(self) -> Any:
        """The shadow weights."""
        return self.depthwise_kernel

    @property
    def kernel_quantizer_internal(self) -> Any:
        """What makes them ternary."""
        return self.depthwise_quantizer_internal

    def by_output(self, kernel: np.ndarray) -> np.ndarray:
        """An array of the kernel's shape as (weights of an output, outputs)."""
        return kernel.reshape(-1, kernel.shape[-2] * kernel.shape[-1])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name, own in _OWN_NAMES.items():
            value = config.pop(name, None)
            if own is not None:
                config[own] = value
        return config
