"""What a Keras model computes, layer by layer, as the integers of its integer network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from hls_projects.from_keras.converter import convert
from hls_projects.from_keras.graph_steps import GraphStep
from hls_projects.from_keras.keras_graph import KerasGraph, keras_graph, run_steps
from hls_projects.from_keras.keras_outputs import KerasOutput
from hls_projects.from_keras.keras_tail import decides_otherwise
from hls_projects.from_keras.reference.stated_order import stated_order
from hls_projects.from_keras.walk import Tap
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import given_of, parted
from qkeras_models.layers.integer_head import LOGIT_ERROR, NoIntegersError

BATCH = 1024
# Of the largest integer: a few float32 roundings of terms that may cancel.
REORDERED_ERROR = 2.0**-20


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
        several = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        return run_steps([GraphStep(layer, tuple(taken)) for layer, taken in pairs], several)


class EndSteps(Steps):
    """What hardware has of a model's outputs.

    Args:
        steps, jit_compile: see Steps.
        ends: positions of the steps.
    """

    def __init__(self, steps: list[GraphStep], jit_compile: Any, ends: Sequence[int]) -> None:
        super().__init__(steps, jit_compile)
        self._ends = list(ends)

    def call(self, inputs: Any) -> list[Any]:
        found = super().call(inputs)
        return [found[end] for end in self._ends]


class KerasLogits(NamedTuple):
    """What Keras says of some samples.

    Args:
        integers: int64 (samples, classes).
        residue: largest distance of an output of `predict` from its integer, in steps; None where
            it is within float32's own error.
    """

    integers: np.ndarray
    residue: float | None = None


def keras_integer_logits(
    model: keras.Model, x: np.ndarray, network: IntegerNetwork | None = None
) -> KerasLogits:
    """Integer logits behind the floats of a model's last layers.

    Where outputs of `predict` are no integers within float32's own error, the model is run again
    with sums in the order that it states (see `stated_order`).  Those integers count, if `predict`
    is off them by no more than the order of a sum may do: 2^−20 of the largest integer.

    Args:
        model: which may end with layers that hardware leaves out; its outputs stand side by side.
        x: float inputs (samples, *shape), those of several inputs as one vector; of a model
            without an InputQuantizer those that `network` makes integers of, which Keras gets as
            integers times their scale.
        network: that the model was converted to; needed without an IntegerHead.

    Raises:
        NoIntegersError: if floats are no integers times their step.
        ValueError: if the layers after the last one decide otherwise than the integers.
    """
    graph = keras_graph(model)
    x = reference_inputs(graph, network, x)
    outputs = _listed(model.predict(x, batch_size=BATCH, verbose=0))
    computed = _ends(graph, model.jit_compile, x) if graph.tail else outputs
    try:
        found = KerasLogits(_all_integers(graph, network, computed))
    except NoIntegersError as error:
        found = _as_stated(graph, network, x, error)
    parts = np.split(found.integers, np.cumsum([said.shape[-1] for said in computed])[:-1], axis=1)
    for output, said, logits in zip(graph.outputs, outputs, parts, strict=True):
        if output.tail:
            _check_decisions(output, said, logits)
    return found


def _as_stated(
    graph: KerasGraph, network: IntegerNetwork | None, x: Any, error: NoIntegersError
) -> KerasLogits:
    """Those of sums in the model's order; `error` where they are no others than `predict`'s."""
    with stated_order():
        computed = _ends(graph, False, x)
    try:
        integers = _all_integers(graph, network, computed)
    except NoIntegersError:
        raise error from None
    residue = float(np.abs(error.steps - integers).max())
    if not residue <= REORDERED_ERROR * np.abs(integers).max():
        raise error
    return KerasLogits(integers, residue)


def _ends(graph: KerasGraph, jit_compile: Any, x: Any) -> list[np.ndarray]:
    ends = EndSteps(graph.steps, jit_compile, [output.step for output in graph.outputs])
    return _listed(ends.predict(x, batch_size=BATCH, verbose=0))


def _all_integers(
    graph: KerasGraph, network: IntegerNetwork | None, computed: list[np.ndarray]
) -> np.ndarray:
    found, reasons = [], []
    for number, (output, floats) in enumerate(zip(graph.outputs, computed, strict=True)):
        try:
            found.append(_integers(output, _step(network, graph, number), floats))
        except NoIntegersError as error:
            found.append(error.steps)
            reasons.append(str(error))
    if reasons:
        raise NoIntegersError("; ".join(reasons), np.concatenate(found, axis=1))
    return np.concatenate(found, axis=1)


def raw_outputs(model: keras.Model, x: np.ndarray) -> np.ndarray | None:
    """What a model's last layers of hardware give for inputs as they are, floats side by side.

    None of a model with InputQuantizers, which hardware has too.
    """
    graph = keras_graph(model)
    if graph.quantizer_name is not None:
        return None
    x = np.asarray(x, np.float32)
    given = x if len(graph.shapes) == 1 else parted(x, graph.shapes)
    return np.concatenate(_ends(graph, model.jit_compile, given), axis=1)


def _listed(outputs: Any) -> list[np.ndarray]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _check_decisions(output: KerasOutput, said: np.ndarray, logits: np.ndarray) -> None:
    different = np.flatnonzero(decides_otherwise(list(output.kinds), said, logits))
    if different.size:
        first = int(different[0])
        raise ValueError(
            f"outputs of '{output.tail[-1].name}' must decide as the integer logits of "
            f"'{output.layer.name}' do: those of {different.size:,} of {len(said):,} samples do "
            f"not. Received: {said[first]} for logits {logits[first]} of sample {first}"
        )


def reference_inputs(graph: KerasGraph, network: IntegerNetwork | None, x: np.ndarray) -> Any:
    """What Keras is given: float32 x, quantized where the model has no InputQuantizer to do so."""
    x = np.asarray(x, np.float32)
    if graph.quantizer_name is None:
        x = network.input.dequantize(network.input.quantize(x))
    return x if len(graph.shapes) == 1 else parted(x, graph.shapes)


def _step(network: IntegerNetwork | None, graph: KerasGraph, number: int) -> float | None:
    """What one integer of an output stands for, where no IntegerHead has it."""
    found = None if network is None else network.provenance.get("output_step")
    return found if len(graph.outputs) == 1 or found is None else found[number]


def _integers(output: KerasOutput, step: float | None, outputs: np.ndarray) -> np.ndarray:
    if output.head is not None:
        return output.head.integer_logits(outputs)
    steps = outputs.astype(np.float64) / step
    integers = np.rint(steps)
    wrong = ~(np.abs(steps - integers) <= LOGIT_ERROR * np.abs(integers))
    if wrong.any():
        raise NoIntegersError(
            f"outputs of '{output.layer.name}' must be integers times {step}. "
            f"Received: {outputs[wrong][0]!r}",
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
    converted = convert(model, None if graph.quantizer_name is not None else given_of(network))
    values = Steps(graph.steps, model.jit_compile).predict(
        reference_inputs(graph, network, x), batch_size=len(x), verbose=0
    )
    values = values if isinstance(values, list) else [values]
    return converted.names, [None if tap is None else _shown(tap, values) for tap in converted.taps]


def _shown(tap: Tap, values: list[np.ndarray]) -> np.ndarray:
    return np.rint((values[tap.step] - tap.offset) / tap.scale).astype(np.int64)
