"""From a trained Keras model to its integer network."""

from __future__ import annotations

from typing import Any

import keras

from hls_projects.from_keras.keras_sequence import keras_sequence
from hls_projects.from_keras.readers import READERS
from hls_projects.from_keras.walk import Reader, Walk
from hls_projects.kinds import Layer
from hls_projects.network.input_format import InputFormat


def convert(model: keras.Model) -> tuple[InputFormat, tuple[Layer, ...], dict[str, Any]]:
    """Input format, layers and provenance of a model's integer network.

    The model must be a chain InputQuantizer → [SparseTernaryDense → BatchNormalization →
    QActivation]* → SparseTernaryDense → IntegerHead, with SparseTernaryConv2D in place of
    SparseTernaryDense, MaxPooling2D after activations, and Flatten, Reshape and dropout anywhere.
    A softmax, sigmoid or argmax after the head is left out.

    Raises:
        ValueError: naming the layer that cannot be converted, and what to use instead.
    """
    chain = keras_sequence(model)
    walk = Walk(chain.layers, chain.shape, model.jit_compile)
    while walk.position < len(walk.chain):
        layer = walk.chain[walk.position]
        _reader(walk, layer).read(walk, layer)
        walk.position += 1
    versions = {"keras": keras.__version__, "backend": keras.backend.backend()}
    return walk.input, tuple(walk.layers), {"model": model.name, **versions}


def _reader(walk: Walk, layer: Any) -> Reader:
    kind = type(layer)
    if kind in READERS:
        _check_order(walk, layer, READERS[kind])
        return READERS[kind]
    if walk.weighted is None:
        raise ValueError(
            f"'{layer.name}' ({kind.__name__}) must follow the BatchNormalization of a ternary "
            "layer"
        )
    raise ValueError(
        f"batch normalization is missing between '{walk.weighted.name}' and '{layer.name}': a "
        "ternary layer must be followed by BatchNormalization, then its activation"
    )


def _check_order(walk: Walk, layer: Any, reader: Reader) -> None:
    if walk.input is None and not reader.before_input:
        raise ValueError(
            f"the inputs of '{layer.name}' were never quantized: put an InputQuantizer before "
            "the first layer"
        )
    if reader.ends_weights and walk.weighted is None:
        raise ValueError(
            f"'{layer.name}' ({type(layer).__name__}) must follow a SparseTernaryDense or "
            "SparseTernaryConv2D"
        )
    if not reader.ends_weights and walk.weighted is not None:
        raise ValueError(
            f"batch normalization is missing after '{walk.weighted.name}': '{layer.name}' "
            f"({type(layer).__name__}) follows it directly"
        )
