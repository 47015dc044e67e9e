"""Sparse ternary chains inside Keras models, seen from one of their tensors."""

from __future__ import annotations

from typing import Any

START = "InputQuantizer"
END = "IntegerHead"


def is_ternary_layer(layer: Any) -> bool:
    """Whether a Keras layer is one of qkeras_models'."""
    return any(base.__module__.startswith("qkeras_models.") for base in type(layer).__mro__)


def inside_chain(tensor: Any) -> bool:
    """Whether a tensor lies after an input quantizer or ternary layer, and before any head."""
    while tensor is not None:
        layer, tensor = _step_back(tensor)
        if is_ternary_layer(layer):
            return type(layer).__name__ != END
    return False


def after_quantizer(tensor: Any) -> bool:
    """Whether an input quantizer lies before a tensor."""
    while tensor is not None:
        layer, tensor = _step_back(tensor)
        if type(layer).__name__ == START:
            return True
    return False


def reaches_head(layer: Any) -> bool:
    """Whether an integer head follows a layer, in any model that the layer is part of."""
    waiting, seen = [layer], set()
    while waiting:
        layer = waiting.pop()
        if type(layer).__name__ == END:
            return True
        if id(layer) not in seen:
            seen.add(id(layer))
            waiting += [node.operation for node in layer._outbound_nodes]
    return False


def chain_tensors(tensor: Any) -> tuple[Any, Any]:
    """The model's input and the input of the quantizer, upstream of a tensor after it."""
    quantizer_input = None
    while True:
        layer, previous = _step_back(tensor)
        if type(layer).__name__ == START:
            quantizer_input = previous
        if previous is None:
            return tensor, quantizer_input
        tensor = previous


def _step_back(tensor: Any) -> tuple[Any, Any]:
    """The layer that made a tensor and that layer's input, None unless there is exactly one."""
    layer, node_index, _ = tensor._keras_history
    inputs = layer._inbound_nodes[node_index].input_tensors
    return layer, inputs[0] if len(inputs) == 1 else None


def integer_layer_names(model: Any) -> list[str]:
    """The Keras name of each layer of a model's integer network.

    All layers have one but the quantizer, which is the network's input format, and batch
    normalization, which is in the thresholds of the activation that follows.
    """
    from hls_projects.keras_layers import is_absorbed
    from qkeras_models.layer_chain import layer_chain

    return [layer.name for layer in layer_chain(model) if not is_absorbed(layer)]


def quantizer_position(model: Any) -> int:
    """How many integer layers, all of them Flatten, stand before the input quantizer."""
    from qkeras_models.layer_chain import layer_chain

    return [type(layer).__name__ for layer in layer_chain(model)].index(START)


def quantizer_name(model: Any) -> str:
    """The Keras name of the input quantizer."""
    from qkeras_models.layer_chain import layer_chain

    return layer_chain(model)[quantizer_position(model)].name
