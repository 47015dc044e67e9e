"""What a Keras model computes, layer by layer, as the integers of its integer network."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.activation_format import activation_format
from hls_projects.from_keras.keras_layers import is_absorbed
from hls_projects.from_keras.keras_sequence import keras_sequence
from hls_projects.from_keras.keras_tail import decides_otherwise
from hls_projects.kinds.layer import Role, column_sums
from hls_projects.network.integer_network import IntegerNetwork

BATCH = 1024


class Steps(keras.Model):
    """The output of every layer of a chain, one after another.

    Args:
        layers: the chain.
        jit_compile: as the model has it that they are layers of.
    """

    def __init__(self, layers: list[Any], jit_compile: Any) -> None:
        super().__init__()
        self.chain = layers
        self.jit_compile = jit_compile

    def call(self, inputs: Any) -> list[Any]:
        outputs = []
        for layer in self.chain:
            inputs = layer(inputs)
            outputs.append(inputs)
        return outputs


class Logits(Steps):
    """The output of a chain's last layer."""

    def call(self, inputs: Any) -> Any:
        return super().call(inputs)[-1]


def keras_integer_logits(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Integer logits (samples, classes), int64, behind the float logits of a model's head.

    Args:
        model: which may end with layers that hardware leaves out.
        x: float inputs (samples, *shape).

    Raises:
        NoIntegersError: if float logits are no integers times the head's scale.
        ValueError: if the layers after the head decide otherwise than the integers.
    """
    chain = keras_sequence(model)
    x = np.asarray(x, np.float32)
    outputs = model.predict(x, batch_size=BATCH, verbose=0)
    if not chain.tail:
        return chain.head.integer_logits(outputs)
    at_head = Logits(chain.layers, model.jit_compile)
    logits = chain.head.integer_logits(at_head.predict(x, batch_size=BATCH, verbose=0))
    different = np.flatnonzero(decides_otherwise(chain.kinds, outputs, logits))
    if different.size:
        first = int(different[0])
        raise ValueError(
            f"outputs of '{chain.tail[-1].name}' must decide as the integer logits of "
            f"'{chain.head.name}' do: those of {different.size:,} of {len(x):,} samples do not. "
            f"Received: {outputs[first]} for logits {logits[first]} of sample {first}"
        )
    return logits


def keras_trace(model: keras.Model, network: IntegerNetwork, x: np.ndarray) -> list[np.ndarray]:
    """The integers behind the output of each Keras layer that became a layer of the network.

    Args:
        model: the model that `network` was converted from.
        x: float inputs (samples, *shape), few enough for one batch.

    Returns:
        One int64 array for each of `network.layers`.  Where Keras computed what no integer
        stands for, the nearest one.
    """
    layers = keras_sequence(model).layers
    values = Steps(layers, model.jit_compile).predict(
        np.asarray(x, np.float32), batch_size=len(x), verbose=0
    )
    steps = _IntegerSteps(network)
    integers = (steps.integers(layer, value) for layer, value in zip(layers, values, strict=True))
    return [array for array in integers if array is not None]


class _IntegerSteps:
    """Follows which integers the float values of a chain stand for: offset + step · integer."""

    def __init__(self, network: IntegerNetwork) -> None:
        self.layers = iter(network.layers)
        self.step, self.offset = 1.0, 0.0

    def integers(self, layer: Any, value: np.ndarray) -> np.ndarray | None:
        """The integers behind one layer's output; None if it is part of the next one."""
        if is_absorbed(layer):
            return None
        own = next(self.layers)
        if own.role is Role.OUTPUT:
            return np.rint(value / layer.scale).astype(np.int64)
        shift = self.offset
        if own.role is Role.ACTIVATION:
            self._activation(layer, own.bits)
            shift = self.offset
        elif own.role is Role.WEIGHTED:
            shift = self.offset * column_sums(own.weights)
        return np.rint((value - shift) / self.step).astype(np.int64)

    def _activation(self, layer: Any, bits: int) -> None:
        values = activation_format(layer.activation)
        # A threshold of more bits than its activation counts in units of 1, not of its step.
        self.step = values.step if bits == values.bits else 1.0
        self.offset = values.offset
