"""A Keras model as the plain sequence of layers that an integer network can follow."""

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
# What converts in place of layers that join branches.
IN_PLACE_OF_JOINS = {
    "Add": "a wider layer in place of the branches",
    "Concatenate": "one array of all features as the model's input, or a wider layer in place of "
    "the branches",
}


def upstream(tensor: Any) -> list[Any]:
    """The layers from the input to a Keras tensor, in order; nested models are opened.

    Layers that do nothing at inference (dropout, noise) are left out.

    Raises:
        ValueError: if a layer has several inputs.
    """
    return [layer for layer, _ in _walk(tensor) if not is_identity(layer)]


def layer_sequence(model: Any) -> list[Any]:
    """The layers of a model from its one input to its one output.

    Raises:
        ValueError: naming the layer, if the model is not built, not functional, not a plain chain,
            or calls a layer as training does.
    """
    outputs = check_ends(model)
    steps = _walk(outputs[0])
    for layer, node in steps:
        check_call(layer, node)
    check_inputs(model)
    return [layer for layer, _ in steps if not is_identity(layer)]


def check_ends(model: Any) -> list[Any]:
    """The output tensors of a built model; ValueError unless it is functional and has one."""
    outputs = functional_outputs(model)
    if len(outputs) != 1:
        names = ", ".join(f"'{tensor._keras_history.operation.name}'" for tensor in outputs)
        raise ValueError(f"model '{model.name}' must have one output. Received: {names}")
    return outputs


def functional_outputs(model: Any) -> list[Any]:
    """The output tensors of a built model; ValueError unless it is functional."""
    outputs = getattr(model, "outputs", None)
    if not outputs or not calls_its_layers(model):
        raise ValueError(
            f"model '{model.name}' must be a built Sequential or functional model without a `call` "
            f"of its own. Received: {type(model).__name__}"
        )
    return outputs


def check_inputs(model: Any) -> None:
    """Raises ValueError unless a model has one input."""
    if len(model.inputs) != 1:
        names = ", ".join(f"'{tensor.name}'" for tensor in model.inputs)
        raise ValueError(f"model '{model.name}' must have one input. Received: {names}")


def _walk(tensor: Any) -> list[tuple[Any, Any]]:
    """Every layer from the input to a tensor, and the node at which the graph calls it."""
    steps: list[tuple[Any, Any]] = []
    while True:
        layer, node_index, tensor_index = tensor._keras_history
        node = layer._inbound_nodes[node_index]
        nested = getattr(layer, "outputs", None) if hasattr(layer, "layers") else None
        opened = nested and calls_its_layers(layer)
        steps[:0] = _walk(nested[tensor_index]) if opened else [(layer, node)]
        inputs = node.input_tensors
        if not inputs:
            return steps
        if len(inputs) > 1:
            kind = type(layer).__name__
            instead = IN_PLACE_OF_JOINS.get(kind, "layers of one input each")
            raise ValueError(
                f"layer '{layer.name}' ({kind}) has {len(inputs)} inputs; only a plain chain of "
                f"layers can be converted. Use {instead}"
            )
        tensor = inputs[0]


def is_identity(layer: Any) -> bool:
    """Whether a layer does nothing at inference."""
    kind = type(layer)
    if not kind.__module__.startswith("keras."):
        return False
    linear = getattr(getattr(layer, "activation", None), "__name__", None) == "linear"
    return kind.__name__ in IDENTITIES or (kind.__name__ == "Activation" and linear)


def calls_its_layers(model: Any) -> bool:
    """Whether a model computes what its graph says: Keras's own `call`, not one of a subclass."""
    owner = next(base for base in type(model).__mro__ if "call" in vars(base))
    return owner.__module__.startswith("keras.")


def check_call(layer: Any, node: Any) -> None:
    """Raises ValueError for a layer that the model calls with training=True."""
    arguments = node.arguments
    if arguments.kwargs.get("training") or any(argument is True for argument in arguments.args):
        raise ValueError(
            f"layer '{layer.name}' ({type(layer).__name__}) is called with training=True, so that "
            "inference is not what is converted; call it without"
        )
