"""From a trained Keras model to its integer network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from hls_projects.from_keras.graph_steps import INPUT
from hls_projects.from_keras.keras_graph import KerasGraph, keras_graph
from hls_projects.from_keras.outputs import read_outputs
from hls_projects.from_keras.readers import READERS
from hls_projects.from_keras.values.biases import with_biases
from hls_projects.from_keras.walk import Reached, Tap, Walk
from hls_projects.kinds import Layer
from hls_projects.network.input_format import InputFormat
from qkeras_models.input_formats.fixed_point import FixedPoint


@dataclass(frozen=True, eq=False)
class Converted:
    """A Keras model, and the integer network that equals it.

    Attributes:
        graph: the model.
        input, layers, provenance, sources: see IntegerNetwork.
        names: the Keras name of the layer behind each layer; a name used before gets a number.
        taps: for each layer, which of the graph's outputs shows its integers.
    """

    graph: KerasGraph
    input: InputFormat
    layers: tuple[Layer, ...]
    provenance: dict[str, Any]
    sources: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    taps: tuple[Tap | None, ...]


def convert(model: keras.Model, given: FixedPoint | None = None) -> Converted:
    """The integer network of a model, and which of its layers is which.

    Args:
        model: of layers in READERS; a softmax, sigmoid or argmax at its end is left out.
        given: how inputs become integers, of a model without an InputQuantizer.

    Raises:
        ValueError: naming the layer that cannot be converted, and what to use instead.
    """
    graph = keras_graph(model)
    named = graph.quantizer_name, graph.head is not None
    walk = Walk(graph.steps, graph.shape, model.jit_compile, *named, given)
    outputs: dict[int, Reached] = {INPUT: _start(walk)}
    for position, step in enumerate(walk.steps):
        walk.position = position
        taken = [outputs[source] for source in step.taken]
        reader = READERS[type(step.layer)]
        if not reader.floats:
            taken = [with_biases(walk, reached) for reached in taken]
        _check_order(step.layer, reader, taken)
        outputs[position] = reader.read(walk, step.layer, *taken)
    if graph.head is None:
        read_outputs(walk, graph.last, outputs[len(walk.steps) - 1])
    provenance = {
        "model": model.name,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        **({} if walk.output_step is None else {"output_step": walk.output_step}),
    }
    parts = (tuple(part) for part in (walk.sources, walk.names, walk.taps))
    return Converted(graph, walk.input, tuple(walk.layers), provenance, *parts)


def _start(walk: Walk) -> Reached:
    """What the model's inputs are: integers times a power of two, if a format is given."""
    if walk.given is None:
        return Reached(INPUT, None)
    if walk.quantizer_name is not None:
        raise ValueError(
            f"'{walk.quantizer_name}' (InputQuantizer) has the input format: give none. "
            f"Received: {walk.given}"
        )
    scale = walk.given.scale
    if isinstance(scale, tuple) or (scale.as_integer_ratio()[0] & scale.as_integer_ratio()[0] - 1):
        raise ValueError(
            "`scale` of the inputs must be one power of two, so that Keras's sums of them are "
            f"exact. Received: {scale!r}"
        )
    walk.input = InputFormat(walk.given.bits, walk.given.signed, scale, walk.shape_in)
    return Reached(INPUT, scale)


def _check_order(layer: Any, reader: Any, taken: list[Reached]) -> None:
    kind = type(layer).__name__
    if not reader.before_input and any(reached.step is None for reached in taken):
        raise ValueError(
            f"the inputs of '{layer.name}' were never quantized: put an InputQuantizer before "
            "the first layer, or give their format, as convert.py --input-bits does"
        )
    if len(taken) > 1 and not reader.joins:
        raise ValueError(f"layer '{layer.name}' ({kind}) cannot be converted with several inputs")
    for reached in taken:
        if reached.pending and not reader.floats:
            before = " and ".join(_described(pending) for pending in reached.pending)
            after = f" after '{reached.summed}'" if reached.summed else ""
            raise ValueError(
                f"a QActivation must follow {before}{after}. Received: '{layer.name}' ({kind})"
            )


def _described(pending: Any) -> str:
    return f"'{pending.name}'" if isinstance(pending, keras.Layer) else str(pending)
