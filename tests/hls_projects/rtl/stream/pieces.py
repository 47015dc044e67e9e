"""Layers of random weights, as parts of streams."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds import Conv2D, Levels
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.stream_plan import plan_stream
from tests.hls_projects.networks import ternary


def conv(rng, size, inputs, outputs, strides=(1, 1)):
    weights = ternary(rng, size * size * inputs, outputs, 0.5)
    return Conv2D(weights.reshape(size, size, inputs, outputs), strides, "same")


def levels(rng, channels, bits, reach):
    """Levels near 0, so that activations differ."""
    found = np.sort(rng.integers(-reach, reach + 1, (channels, (1 << bits) - 1)), axis=1)
    return Levels(found.astype(np.int32), np.ones(channels, np.int8))


def window_luts(network):
    """Of the estimate, those of windows."""
    buffers = (step.buffer for step in plan_stream(network).steps)
    return sum(buffer.cells[0] for buffer in buffers if isinstance(buffer, LineBuffer))
