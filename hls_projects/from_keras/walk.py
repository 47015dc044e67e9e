"""Where the conversion of a Keras model stands, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hls_projects.from_keras.activation_format import ActivationFormat
from hls_projects.kinds import Interval, Layer
from hls_projects.network.input_format import InputFormat


class Walk:
    """What has been read of a chain of Keras layers.

    Args:
        chain: the layers, from the input to the IntegerHead.
        shape: of one input sample.
        jit_compile: as the model has it.

    Attributes:
        position: of the layer that is being read.
        input: the network's input format, once it is known.
        layers: of the integer network, so far.
        values: what the integers stand for that the last layer puts out.
        weighted: the Keras layer of weights whose sums have not been through an activation.
    """

    def __init__(self, chain: list[Any], shape: tuple[int, ...], jit_compile: bool) -> None:
        self.chain = chain
        self.jit_compile = jit_compile
        self.position = 0
        self.shape = shape
        self.layers: list[Layer] = []
        self.input: InputFormat | None = None
        self.values = ActivationFormat(0, 1.0, 0.0)
        self.weighted: Any = None

    def reached_shape(self) -> tuple[int, ...]:
        """Shape of what the layers so far make of one sample."""
        shape = self.shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def reached_range(self) -> Interval:
        """Lowest and highest integer of each element that the layers so far put out."""
        lowest = np.full(self.input.shape, self.input.lowest, np.int64)
        highest = np.full(self.input.shape, self.input.highest, np.int64)
        for layer in self.layers:
            lowest, highest = layer.output_range(lowest, highest)
        return lowest, highest


@dataclass(frozen=True)
class Reader:
    """How layers of one Keras class become layers of the integer network.

    Args:
        read: takes the walk and the layer, and appends to the walk's layers.
        weighted: whether the layer's sums need an activation, or the head, after them.
        ends_weights: whether it is what must follow a layer of weights.
        before_input: whether it may stand before the InputQuantizer.
        absorbed: whether it becomes no layer of its own: it is in the input format or the levels.
    """

    read: Callable[[Walk, Any], None]
    weighted: bool = False
    ends_weights: bool = False
    before_input: bool = False
    absorbed: bool = False
