"""What a Keras model computes, layer by layer, as the integers of its integer network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.integer_layer import column_sums
from hls_projects.integer_network import IntegerNetwork

if TYPE_CHECKING:
    import keras

BATCH = 1024


def keras_integer_logits(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Integer logits (samples, classes), int64, behind the float logits of a model."""
    from qkeras_models.layer_chain import layer_chain

    logits = model.predict(np.asarray(x, np.float32), batch_size=BATCH, verbose=0)
    return layer_chain(model)[-1].integer_logits(logits)


def keras_trace(model: keras.Model, network: IntegerNetwork, x: np.ndarray) -> list[np.ndarray]:
    """The integers behind the output of each Keras layer that became a layer of the network.

    Args:
        model: the model that `network` was converted from.
        x: float inputs (samples, *shape), few enough for one batch.

    Returns:
        One int64 array for each of `network.layers`.  Where Keras computed what no integer
        stands for, the nearest one.
    """
    from qkeras_models.layer_chain import layer_chain

    chain = layer_chain(model)
    values = _predict_all(chain, np.asarray(x, np.float32))
    steps = _IntegerSteps(network)
    integers = (steps.integers(layer, value) for layer, value in zip(chain, values, strict=True))
    return [array for array in integers if array is not None]


def _predict_all(chain: list[Any], x: np.ndarray) -> list[np.ndarray]:
    """Every layer's output, computed as `predict` computes it."""
    import keras

    class Steps(keras.Model):
        """The outputs of every layer, one after another."""

        def call(self, inputs: Any) -> list[Any]:
            outputs = []
            for layer in chain:
                inputs = layer(inputs)
                outputs.append(inputs)
            return outputs

    outputs = Steps().predict(x, batch_size=len(x), verbose=0)
    return outputs if isinstance(outputs, list) else [outputs]


class _IntegerSteps:
    """Follows which integers the float values of a chain stand for: offset + step · integer."""

    def __init__(self, network: IntegerNetwork) -> None:
        self.layers = iter(network.layers)
        self.step, self.offset = 1.0, 0.0

    def integers(self, layer: Any, value: np.ndarray) -> np.ndarray | None:
        """The integers behind one layer's output; None if it is part of the next one."""
        from hls_projects.keras_layers import is_absorbed

        if is_absorbed(layer):
            return None
        own = next(self.layers)
        if own.kind == "head":
            return layer.integer_logits(value)
        shift = self.offset
        if own.kind == "threshold":
            self._activation(layer, own.bits)
            shift = self.offset
        elif own.kind in ("dense", "conv2d"):
            shift = self.offset * column_sums(own.weights)
        return np.rint((value - shift) / self.step).astype(np.int64)

    def _activation(self, layer: Any, bits: int) -> None:
        from hls_projects.activation_format import activation_format

        values = activation_format(layer.activation)
        # A threshold of more bits than its activation counts in units of 1, not of its step.
        self.step = values.step if bits == values.bits else 1.0
        self.offset = values.offset
