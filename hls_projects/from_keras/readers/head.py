"""The head, whose logits are integers."""

from __future__ import annotations

import numpy as np

from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Head
from qkeras_models.layers.integer_head import IntegerHead

FLOAT32_LOGITS = 1 << 22


def read_head(walk: Walk, layer: IntegerHead, reached: Reached) -> Reached:
    """Logits as integers, their biases too."""
    if not reached.summed:
        raise ValueError(
            f"'{layer.name}' ({type(layer).__name__}) must follow a SparseTernaryDense or "
            "SparseTernaryConv2D, or another layer of weights"
        )
    if np.any(reached.step != layer.step):
        raise ValueError(
            f"'{layer.name}' has step {layer.step}, but the activation before "
            f"'{reached.summed}' has step {reached.step}: give IntegerHead that step"
        )
    shift = np.asarray(reached.offset / layer.step)
    if (shift % 1).any():
        raise ValueError(
            f"'{layer.name}' has step {layer.step}, of which the bias of '{reached.summed}' is no "
            f"multiple: leave it out, since IntegerHead has biases. Received: {reached.offset}"
        )
    shift = shift.astype(np.int64)
    bias = layer.integer_bias() + shift
    _check_logits(walk, layer, reached, bias)
    tap = Tap(walk.position, layer.scale, 0.0)
    return Reached(walk.add(Head(bias.astype(np.int32)), layer.name, reached, tap=tap), layer.scale)


def _check_logits(walk: Walk, layer: IntegerHead, reached: Reached, bias: np.ndarray) -> None:
    lowest, highest = walk.range(reached)
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


READERS = {IntegerHead: Reader(read_head)}
