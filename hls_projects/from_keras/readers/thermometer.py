"""Thermometer codes of the inputs."""

from __future__ import annotations

import numpy as np

from hls_projects.from_keras.walk import Reached, Reader, Tap, Walk
from hls_projects.kinds import Thermometer
from hls_projects.kinds.layer import INT32
from qkeras_models.layers.thermometer_input import ThermometerInput


def read_thermometer(walk: Walk, layer: ThermometerInput, reached: Reached) -> Reached:
    """Bits of what is reached: x ≥ t where its integer is at least ⌈(t − offset) / step⌉."""
    step, offset = (
        np.broadcast_to(np.asarray(value, np.float64), walk.shape(reached)[-1:])[layer.feature]
        for value in (reached.step, reached.offset)
    )
    levels = np.ceil((layer.trained_thresholds().astype(np.float64) - offset) / step)
    levels = np.clip(levels, INT32.min, INT32.max).astype(np.int32)
    kind = Thermometer(levels, layer.feature.copy())
    tap = Tap(walk.position, 1.0, 0.0)
    return Reached(walk.add(kind, layer.name, reached, tap=tap), 1.0)


READERS = {ThermometerInput: Reader(read_thermometer)}
