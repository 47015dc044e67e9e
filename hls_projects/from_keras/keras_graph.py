"""A Keras model as the layers that become hardware and those that it leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hls_projects.from_keras.graph_steps import INPUT, GraphStep, graph_steps
from hls_projects.from_keras.keras_layers import check_kind
from hls_projects.from_keras.keras_tail import Tail, check_tail, tail_kind
from hls_projects.from_keras.values.keras_weights import check_weights
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead


@dataclass(frozen=True)
class KerasGraph:
    """What conversion reads of a model, checked as far as single layers go.

    Args:
        name: of the model.
        shape: of one input sample.
        steps: from the input to the last layer that hardware has, an IntegerHead say, without
            those that do nothing at inference.
        tail: the layers after it, which hardware leaves out.
        kinds: of the tail.
    """

    name: str
    shape: tuple[int, ...]
    steps: list[GraphStep]
    tail: list[Any]
    kinds: list[Tail]

    @property
    def last(self) -> Any:
        """The layer whose integers are the outputs of hardware."""
        return self.steps[-1].layer

    @property
    def head(self) -> IntegerHead | None:
        """The last layer, if it is an IntegerHead."""
        return self.last if type(self.last) is IntegerHead else None

    @property
    def quantizer_name(self) -> str | None:
        """The Keras name of the input quantizer, None if there is none."""
        layers = (step.layer for step in self.steps)
        return next((layer.name for layer in layers if isinstance(layer, InputQuantizer)), None)


def keras_graph(model: Any) -> KerasGraph:
    """The graph of a model; every converter starts here.

    Raises:
        ValueError: naming the first layer, or the weight, that cannot be converted, and what to
            use instead.
    """
    steps = graph_steps(model)
    shape = tuple(model.inputs[0].shape[1:])
    if not all(shape) or not shape:
        raise ValueError(f"the model's input must have a fixed shape. Received: {shape}")
    end = _end(steps)
    for step in steps[:end]:
        check_kind(step.layer)
        _check_name(step.layer.name)
        _check_dtype(step.layer)
        check_weights(step.layer)
    if not end:
        raise ValueError(f"model '{model.name}' must have a layer that hardware can compute")
    tail = [step.layer for step in steps[end:]]
    return KerasGraph(model.name, shape, steps[:end], tail, check_tail(steps[end - 1].layer, tail))


def _end(steps: list[GraphStep]) -> int:
    """How many steps hardware has: up to an IntegerHead, or all but a softmax and the like."""
    heads = [i for i, step in enumerate(steps) if type(step.layer) is IntegerHead]
    if len(heads) > 1 and steps[heads[0] + 1].taken != (heads[0],):
        names = ", ".join(sorted(f"'{steps[i].layer.name}'" for i in heads))
        raise ValueError(f"a model must have one IntegerHead, at its end. Received: {names}")
    if heads:
        return heads[0] + 1
    end = len(steps)
    while end and tail_kind(steps[end - 1].layer) is not None:
        end -= 1
    return end


def run_steps(steps: list[GraphStep], inputs: Any) -> list[Any]:
    """The output of every step, one after another, for the tensor of the model's input."""
    outputs: dict[int, Any] = {INPUT: inputs}
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
