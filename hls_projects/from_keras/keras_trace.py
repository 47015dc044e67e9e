"""What a Keras model computes, layer by layer, as the integers of its integer network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.converter import convert
from hls_projects.from_keras.graph_steps import GraphStep
from hls_projects.from_keras.keras_graph import KerasGraph, keras_graph, run_steps
from hls_projects.from_keras.keras_tail import decides_otherwise
from hls_projects.from_keras.walk import Tap
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.integer_head import LOGIT_ERROR, NoIntegersError

BATCH = 1024


class Steps(keras.Model):
    """The output of every step of a model, one after another.

    Args:
        steps: of the model.
        jit_compile: as the model has it that they are steps of.
    """

    def __init__(self, steps: list[GraphStep], jit_compile: Any) -> None:
        super().__init__()
        self.layers_called = [step.layer for step in steps]
        self.jit_compile = jit_compile
        self._taken = [step.taken for step in steps]

    def call(self, inputs: Any) -> list[Any]:
        pairs = zip(self.layers_called, self._taken, strict=True)
        return run_steps([GraphStep(layer, tuple(taken)) for layer, taken in pairs], inputs)


class LastStep(Steps):
    """The output of a model's last step."""

    def call(self, inputs: Any) -> Any:
        return super().call(inputs)[-1]


def keras_integer_logits(
    model: keras.Model, x: np.ndarray, network: IntegerNetwork | None = None
) -> np.ndarray:
    """Integer logits (samples, classes), int64, behind the floats of a model's last layer.

    Args:
        model: which may end with layers that hardware leaves out.
        x: float inputs (samples, *shape); of a model without an InputQuantizer those that
            `network` makes integers of, which Keras gets as integers times their scale.
        network: that the model was converted to; needed without an IntegerHead.

    Raises:
        NoIntegersError: if floats are no integers times their step.
        ValueError: if the layers after the last one decide otherwise than the integers.
    """
    graph = keras_graph(model)
    x = reference_inputs(graph, network, x)
    outputs = model.predict(x, batch_size=BATCH, verbose=0)
    if not graph.tail:
        return _integers(graph, network, outputs)
    last = LastStep(graph.steps, model.jit_compile)
    logits = _integers(graph, network, last.predict(x, batch_size=BATCH, verbose=0))
    different = np.flatnonzero(decides_otherwise(graph.kinds, outputs, logits))
    if different.size:
        first = int(different[0])
        raise ValueError(
            f"outputs of '{graph.tail[-1].name}' must decide as the integer logits of "
            f"'{graph.last.name}' do: those of {different.size:,} of {len(x):,} samples do not. "
            f"Received: {outputs[first]} for logits {logits[first]} of sample {first}"
        )
    return logits


def reference_inputs(
    graph: KerasGraph, network: IntegerNetwork | None, x: np.ndarray
) -> np.ndarray:
    """What Keras is given: float32 x, quantized where the model has no InputQuantizer to do so."""
    x = np.asarray(x, np.float32)
    if graph.quantizer_name is not None:
        return x
    return network.input.dequantize(network.input.quantize(x))


def _integers(
    graph: KerasGraph, network: IntegerNetwork | None, outputs: np.ndarray
) -> np.ndarray:
    if graph.head is not None:
        return graph.head.integer_logits(outputs)
    steps = outputs.astype(np.float64) / network.provenance["output_step"]
    integers = np.rint(steps)
    wrong = ~(np.abs(steps - integers) <= LOGIT_ERROR * np.abs(integers))
    if wrong.any():
        raise NoIntegersError(
            f"outputs of '{graph.last.name}' must be integers times "
            f"{network.provenance['output_step']}. Received: {outputs[wrong][0]!r}",
            np.where(wrong, steps, integers),
        )
    return integers.astype(np.int64)


def keras_trace(
    model: keras.Model, network: IntegerNetwork, x: np.ndarray
) -> tuple[Sequence[str], list[np.ndarray | None]]:
    """The name of each of `network.layers`, and the integers behind its output in Keras.

    Args:
        model: the model that `network` was converted from.
        x: float inputs (samples, *shape), few enough for one batch.

    Returns:
        Names, and one int64 array for each layer; None for one that Keras has within another.
        Where Keras computed what no integer stands for, the nearest one.
    """
    graph = keras_graph(model)
    given = None if graph.quantizer_name is not None else network.input
    converted = convert(model, given)
    values = Steps(graph.steps, model.jit_compile).predict(
        reference_inputs(graph, network, x), batch_size=len(x), verbose=0
    )
    values = values if isinstance(values, list) else [values]
    return converted.names, [None if tap is None else _shown(tap, values) for tap in converted.taps]


def _shown(tap: Tap, values: list[np.ndarray]) -> np.ndarray:
    return np.rint((values[tap.step] - tap.offset) / tap.scale).astype(np.int64)
