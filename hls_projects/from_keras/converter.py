"""From a trained Keras model to its integer network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from hls_projects.from_keras.keras_graph import KerasGraph, keras_graph
from hls_projects.from_keras.keras_inputs import Given, start
from hls_projects.from_keras.outputs import read_outputs
from hls_projects.from_keras.readers import READERS
from hls_projects.from_keras.values.biases import with_biases
from hls_projects.from_keras.walk import Reached, Tap, Walk, Weighted
from hls_projects.kinds import Layer
from hls_projects.network.input_format import InputFormat


@dataclass(frozen=True, eq=False)
class Converted:
    """A Keras model, and the integer network that equals it.

    Attributes:
        graph: the model.
        input, layers, provenance, sources: see IntegerNetwork.
        names: the Keras name of the layer behind each layer; a name used before gets a number.
        taps: for each layer, which of the graph's outputs shows its integers.
        weighted: see Walk.
    """

    graph: KerasGraph
    input: InputFormat
    layers: tuple[Layer, ...]
    provenance: dict[str, Any]
    sources: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    taps: tuple[Tap | None, ...]
    weighted: Mapping[int, Sequence[Weighted]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Any, ...]:
        """What an IntegerNetwork is made of, in order."""
        return self.input, self.layers, self.provenance, self.sources


def convert(model: keras.Model, given: Given = None) -> Converted:
    """The integer network of a model, and which of its layers is which.

    Args:
        model: of layers in READERS; a softmax, sigmoid or argmax at its end is left out.
        given: how inputs become integers, of a model without an InputQuantizer: one format, or one
            for each input.

    Raises:
        ValueError: naming the layer that cannot be converted, and what to use instead.
    """
    graph = keras_graph(model)
    walk = Walk(graph.steps, graph.shapes, model.jit_compile, graph.quantizer_names)
    outputs = start(walk, graph, given)
    ends = {output.step for output in graph.outputs if output.head is not None}
    for position in range(len(walk.steps)):
        if position not in ends:
            outputs[position] = _read(walk, position, outputs)
    for output in graph.outputs:
        # In order of the model's outputs, whatever that of its layers.
        if output.head is not None:
            outputs[output.step] = _read(walk, output.step, outputs)
        else:
            read_outputs(walk, output.step, outputs[output.step])
    provenance = {
        "model": model.name,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        **_output_steps(graph, walk),
    }
    parts = (tuple(part) for part in (walk.sources, walk.names, walk.taps))
    return Converted(graph, walk.input, tuple(walk.layers), provenance, *parts, walk.weighted)


def _read(walk: Walk, position: int, outputs: dict[int, Reached]) -> Reached:
    step = walk.steps[position]
    walk.position = position
    taken = [outputs[source] for source in step.taken]
    reader = READERS[type(step.layer)]
    if not reader.floats:
        taken = [with_biases(walk, reached) for reached in taken]
    _check_order(step.layer, reader, taken)
    return reader.read(walk, step.layer, *taken)


def _output_steps(graph: KerasGraph, walk: Walk) -> dict[str, Any]:
    """What one integer of an output stands for, where no IntegerHead has it; a list of several."""
    steps = [walk.output_steps.get(output.step) for output in graph.outputs]
    if not any(steps):
        return {}
    return {"output_step": steps[0] if len(steps) == 1 else steps}


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
