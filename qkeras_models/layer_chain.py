"""A Keras model as the plain chain of layers that an integer network can follow."""

from __future__ import annotations

from typing import Any

IDENTITIES = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "InputLayer",
    "SpatialDropout1D",
    "SpatialDropout2D",
)


def upstream(tensor: Any) -> list[Any]:
    """The layers from the input to a Keras tensor, in order; nested models are opened.

    Layers that do nothing at inference (dropout, noise) are left out.

    Raises:
        ValueError: if a layer has several inputs.
    """
    layers: list[Any] = []
    while True:
        layer, node_index, _ = tensor._keras_history
        inputs = layer._inbound_nodes[node_index].input_tensors
        if type(layer).__name__ not in IDENTITIES:
            layers[:0] = _open(layer)
        if not inputs:
            return layers
        if len(inputs) > 1:
            raise ValueError(
                f"layer '{layer.name}' ({type(layer).__name__}) has {len(inputs)} inputs; only a "
                "plain chain of layers can be converted"
            )
        tensor = inputs[0]


def _open(layer: Any) -> list[Any]:
    outputs = getattr(layer, "outputs", None)
    return upstream(outputs[0]) if outputs and hasattr(layer, "layers") else [layer]


def layer_chain(model: Any) -> list[Any]:
    """The layers of a model from its one input to its one output.

    Raises:
        ValueError: if the model is not built, not functional, or not a plain chain.
    """
    outputs = getattr(model, "outputs", None)
    if not outputs:
        raise ValueError(
            f"model '{model.name}' must be a built Sequential or functional model. "
            f"Received: {type(model).__name__} without symbolic outputs"
        )
    if len(outputs) != 1 or len(model.inputs) != 1:
        raise ValueError(
            f"model '{model.name}' must have one input and one output. "
            f"Received: {len(model.inputs)} and {len(outputs)}"
        )
    return upstream(outputs[0])
