"""The head, whose logits are integers."""

from __future__ import annotations

import numpy as np

from hls_projects.from_keras.walk import Reader, Walk
from hls_projects.kinds import Head
from hls_projects.kinds.layer import column_sums
from qkeras_models.layers.integer_head import IntegerHead

FLOAT32_LOGITS = 1 << 22


def read_head(walk: Walk, layer: IntegerHead) -> None:
    """Logits as integers, their biases too."""
    if walk.values.step != layer.step:
        raise ValueError(
            f"'{layer.name}' has step {layer.step}, but the activation before "
            f"'{walk.weighted.name}' has step {walk.values.step}: give IntegerHead that step"
        )
    offset = int(walk.values.offset / layer.step)
    shift = offset * column_sums(walk.layers[-1].weights)
    bias = layer.integer_bias() + shift
    _check_logits(walk, layer, bias)
    walk.layers.append(Head(bias.astype(np.int32)))
    walk.weighted = None


def _check_logits(walk: Walk, layer: IntegerHead, bias: np.ndarray) -> None:
    lowest, highest = walk.reached_range()
    largest = int(max(np.abs(lowest + bias).max(), np.abs(highest + bias).max()))
    if largest >= FLOAT32_LOGITS:
        raise ValueError(
            f"integer logits of '{layer.name}' reach {largest}, beyond the 2^22 up to which "
            "a float32 logit of Keras stands for one integer; keep its biases smaller"
        )
    if largest * layer.scale > np.finfo(np.float32).max:
        raise ValueError(
            f"logits of '{layer.name}' must be finite in float32. Received: integers up to "
            f"{largest} times its scale {layer.scale:.6g}"
        )


READERS = {IntegerHead: Reader(read_head, ends_weights=True)}
