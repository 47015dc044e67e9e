"""A Keras model as the layers that become hardware and those that it leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hls_projects.from_keras.graph_steps import INPUT, GraphStep, graph_steps
from hls_projects.from_keras.keras_layers import check_kind
from hls_projects.from_keras.keras_outputs import KerasOutput, find_output, kept_steps
from hls_projects.from_keras.values.keras_weights import check_weights
from qkeras_models.layers.input_quantizer import InputQuantizer


@dataclass(frozen=True)
class KerasGraph:
    """What conversion reads of a model, checked as far as single layers go.

    Args:
        name: of the model.
        inputs: names of its inputs.
        shapes: of one sample of each input.
        steps: from the inputs to the last layers that hardware has, IntegerHeads say, without
            those that do nothing at inference.
        outputs: in order of the model's.
    """

    name: str
    inputs: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    steps: list[GraphStep]
    outputs: tuple[KerasOutput, ...]

    @property
    def tail(self) -> list[Any]:
        """Every layer that hardware leaves out, of all outputs."""
        return [layer for output in self.outputs for layer in output.tail]

    @property
    def quantizer_name(self) -> str | None:
        """The Keras name of the first input quantizer, None if there is none."""
        return next(iter(self.quantizer_names), None)

    @property
    def quantizer_names(self) -> list[str]:
        """The Keras names of input quantizers."""
        layers = (step.layer for step in self.steps)
        return [layer.name for layer in layers if isinstance(layer, InputQuantizer)]


def keras_graph(model: Any) -> KerasGraph:
    """The graph of a model; every converter starts here.

    Raises:
        ValueError: naming the first layer, or the weight, that cannot be converted, and what to
            use instead.
    """
    steps, ends = graph_steps(model)
    shapes = tuple(tuple(tensor.shape[1:]) for tensor in model.inputs)
    for shape in shapes:
        if not all(shape) or not shape:
            raise ValueError(f"the model's input must have a fixed shape. Received: {shape}")
    found = [find_output(steps, end) for end in ends]
    steps, outputs = kept_steps(steps, found)
    for step in steps:
        check_kind(step.layer)
        _check_name(step.layer.name)
        _check_dtype(step.layer)
        check_weights(step.layer)
    names = tuple(tensor._keras_history.operation.name for tensor in model.inputs)
    return KerasGraph(model.name, names, shapes, steps, outputs)


def run_steps(steps: list[GraphStep], inputs: Sequence[Any]) -> list[Any]:
    """The output of every step, one after another, for the tensors of the model's inputs."""
    outputs: dict[int, Any] = {INPUT - number: tensor for number, tensor in enumerate(inputs)}
    for position, step in enumerate(steps):
        taken = [outputs[source] for source in step.taken]
        outputs[position] = step.layer(taken if len(taken) > 1 else taken[0])
    return [outputs[position] for position in range(len(steps))]


def _check_name(name: str) -> None:
    """Raises ValueError for a name that would not stay within a comment of C++."""
    if not re.fullmatch(r"[A-Za-z0-9_.\- ]{1,200}", name):
        raise ValueError(
            "names of layers must be letters, digits, spaces, '_', '.' and '-', at most 200. "
            f"Received: {name!r}"
        )


def _check_dtype(layer: Any) -> None:
    dtype = getattr(layer, "compute_dtype", "float32")
    if dtype != "float32":
        raise ValueError(
            f"layer '{layer.name}' ({type(layer).__name__}) must compute in float32, where sums of "
            "integers are exact; qkeras_models.files.saved_model.float32_copy(model) does. "
            f"Received: {dtype}"
        )
