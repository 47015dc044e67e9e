"""The outputs of a model without an IntegerHead: integers times a power of two."""

from __future__ import annotations

import keras
import numpy as np

from hls_projects.from_keras.values.powers_of_two import common_step, is_power_of_two
from hls_projects.from_keras.walk import Reached, Tap, Walk
from hls_projects.kinds import Head

FLOAT32_INTEGERS = 1 << 24
MOST_PLACES = 31


def read_outputs(walk: Walk, step: int, reached: Reached) -> None:
    """Appends the head that makes one step of all outputs' steps and biases.

    outputs = output_step · (acc · 2^shift + bias).

    Args:
        walk: where the model was read to its end.
        step: position of the output's last step.
        reached: what that puts out.

    Raises:
        ValueError: naming the layer, for outputs that are no such integers.
    """
    last = walk.steps[step].layer
    name = f"'{last.name}' ({type(last).__name__})"
    if reached.step is None:
        raise ValueError(f"the inputs of {name} were never quantized")
    shape = walk.shape(reached)
    if len(shape) != 1:
        raise ValueError(
            f"outputs of {name} must be a vector: put a Flatten after it. Received: shape {shape}"
        )
    bias = np.zeros(shape)
    for pending in reached.pending:
        if isinstance(pending, keras.Layer):
            raise ValueError(
                f"outputs of {name} must be integers times a power of two: a batch normalization "
                "that no activation follows gives none; leave it out, or put an IntegerHead in "
                f"its place. Received: '{pending.name}'"
            )
        bias = bias + pending.values.astype(np.float64)
    steps = np.broadcast_to(reached.step, shape)
    if not is_power_of_two(steps):
        raise ValueError(
            f"outputs of {name} must be integers times a power of two: no batch normalization "
            f"absorbs the scale of '{reached.summed}'; use alpha=1 or alpha='auto_po2' in its "
            f"kernel quantizer. Received: steps such as {steps[0]:.6g}"
        )
    _append(walk, step, name, reached, steps, reached.offset + bias)


def _append(
    walk: Walk, step: int, name: str, reached: Reached, steps: np.ndarray, offset: np.ndarray
) -> None:
    unit = common_step(steps, offset)
    shift = np.log2(steps / unit).astype(int)
    low, high = (end.astype(np.float64) * steps + offset for end in walk.range(reached))
    largest = max(np.abs(low).max(), np.abs(high).max()) / unit
    if largest >= FLOAT32_INTEGERS or shift.max() > MOST_PLACES:
        raise ValueError(
            f"outputs of {name} reach {largest:.0f} steps of {unit:.6g}, beyond the 2^24 that "
            "float32 holds exactly; quantize its bias, as with "
            "bias_quantizer=quantized_bits(8, 2, alpha=1)"
        )
    head = Head((offset / unit).astype(np.int32), shift.astype(np.int8) if shift.any() else None)
    walk.output_steps[step] = unit
    walk.add(head, "outputs", reached, tap=Tap(step, unit, 0.0))
