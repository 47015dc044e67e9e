"""A Keras model as steps in order: each a layer, and the steps whose outputs it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qkeras_models.networks.layer_sequence import (
    calls_its_layers,
    check_call,
    check_ends,
    check_inputs,
    is_identity,
)

INPUT = -1


@dataclass(frozen=True)
class GraphStep:
    """One call of a layer.

    Args:
        layer: what is called; a shared layer has several steps.
        taken: positions of the steps whose outputs it takes, INPUT for the model's input.
    """

    layer: Any
    taken: tuple[int, ...]


def graph_steps(model: Any) -> list[GraphStep]:
    """Every call of a model in order of execution; nested models are opened.

    Layers that do nothing at inference (dropout, noise) are left out.

    Raises:
        ValueError: naming the layer, if the model is not built, not functional, has several inputs
            or outputs, or calls a layer as training does.
    """
    (output,) = check_ends(model)
    steps: list[GraphStep] = []
    _visit(output, {}, steps)
    check_inputs(model)
    return steps


def _visit(tensor: Any, known: dict[int, int], steps: list[GraphStep]) -> int:
    """The step that makes a tensor, after all that it needs; `known` is by id of tensors."""
    waiting = []
    while id(tensor) not in known:
        layer, node_index, _ = tensor._keras_history
        inputs = layer._inbound_nodes[node_index].input_tensors
        if not inputs:
            known[id(tensor)] = INPUT
            break
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
