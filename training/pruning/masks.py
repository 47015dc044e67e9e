"""What masks leave of a layer's weights.

Imports Keras only in its functions: configurations need what stands on it, and are read without.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def sizes_of_weights(layer: Any) -> np.ndarray:
    """|W · M| of a sparse ternary layer, float32 in the kernel's shape."""
    from keras import ops

    kernel = ops.convert_to_numpy(ops.cast(layer.kernel, "float32"))
    return np.abs(kernel) * ops.convert_to_numpy(layer.mask)


def keep_only(layer: Any, kept: np.ndarray) -> None:
    """M ← 0 and W ← 0 but where `kept`, of the kernel's shape, is true."""
    from keras import ops

    mask = ops.convert_to_numpy(layer.mask) * kept
    layer.mask.assign(mask)
    layer.kernel.assign(ops.convert_to_numpy(layer.kernel) * mask)
