"""A Keras model as steps in order: each a layer, and the steps whose outputs it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qkeras_models.networks.layer_sequence import (
    calls_its_layers,
    check_call,
    functional_outputs,
    is_identity,
)

INPUT = -1


@dataclass(frozen=True)
class GraphStep:
    """One call of a layer.

    Args:
        layer: what is called; a shared layer has several steps.
        taken: positions of the steps whose outputs it takes; INPUT for the model's first input,
            INPUT − 1 for the second, and so on.
    """

    layer: Any
    taken: tuple[int, ...]


def graph_steps(model: Any) -> tuple[list[GraphStep], list[int]]:
    """Every call of a model in order of execution, and the steps that make its outputs.

    Nested models are opened.  Layers that do nothing at inference (dropout, noise) are left out.

    Raises:
        ValueError: naming the layer, if the model is not built, not functional, has an input that
            no layer takes, or calls a layer as training does.
    """
    outputs = functional_outputs(model)
    places = {id(tensor): INPUT - number for number, tensor in enumerate(model.inputs)}
    steps: list[GraphStep] = []
    known: dict[int, int] = dict(places)
    ends = [_visit(tensor, known, steps) for tensor in outputs]
    used = {source for step in steps for source in step.taken} | set(ends)
    for tensor in model.inputs:
        if places[id(tensor)] not in used:
            raise ValueError(f"no layer of model '{model.name}' takes its input '{tensor.name}'")
    return steps, ends


def _visit(tensor: Any, known: dict[int, int], steps: list[GraphStep]) -> int:
    """The step that makes a tensor, after all that it needs; `known` is by id of tensors."""
    waiting = []
    while id(tensor) not in known:
        layer, node_index, _ = tensor._keras_history
        inputs = layer._inbound_nodes[node_index].input_tensors
        waiting.append(tensor)
        for other in inputs[1:]:
            _visit(other, known, steps)
        tensor = inputs[0]
    for tensor in reversed(waiting):
        known[id(tensor)] = _call(tensor, known, steps)
    return known[id(tensor)]


def _call(tensor: Any, known: dict[int, int], steps: list[GraphStep]) -> int:
    """The step of the call that makes a tensor, or the last one of a nested model."""
    layer, node_index, tensor_index = tensor._keras_history
    node = layer._inbound_nodes[node_index]
    taken = tuple(known[id(other)] for other in node.input_tensors)
    nested = getattr(layer, "outputs", None) if hasattr(layer, "layers") else None
    if nested and calls_its_layers(layer):
        inner = {id(t): step for t, step in zip(layer.inputs, taken, strict=True)}
        return _visit(nested[tensor_index], inner, steps)
    check_call(layer, node)
    if is_identity(layer):
        return taken[0]
    steps.append(GraphStep(layer, taken))
    return len(steps) - 1
