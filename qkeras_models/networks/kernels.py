"""The weights that a model's inference uses, whatever kind of layer holds them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

WEIGHTED = (
    keras.layers.Dense,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
)


def kernels(model: keras.Model) -> dict[str, np.ndarray]:
    """Kernel by layer name: int8 of −1, 0 and 1 where the layer is ternary, else float32."""
    found = {}
    for layer in model._flatten_layers(include_self=False):
        if hasattr(layer, "ternary_kernel"):
            found[layer.name] = layer.ternary_kernel()
        elif isinstance(layer, WEIGHTED):
            quantizer = kernel_quantizer(layer)
            kernel = kernel_of(layer)
            used = kernel if quantizer is None else quantizer(kernel)
            found[layer.name] = keras.ops.convert_to_numpy(used)
    return found


def kernel_of(layer: keras.layers.Layer) -> Any:
    """The kernel of a layer of weights, None of any other."""
    return getattr(layer, "depthwise_kernel", getattr(layer, "kernel", None))


def kernel_quantizer(layer: keras.layers.Layer) -> Any:
    """What quantizes the kernel of one of QKeras's layers, None of any other layer."""
    depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    return getattr(layer, f"{'depthwise' if depthwise else 'kernel'}_quantizer_internal", None)


def zero_share(weights: dict[str, np.ndarray]) -> float:
    """Share of weights that are 0, over all layers."""
    return 1.0 - sum(map(np.count_nonzero, weights.values())) / sum(
        kernel.size for kernel in weights.values()
    )
