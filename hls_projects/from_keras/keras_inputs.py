"""The inputs of a Keras model as those of an integer network: several are one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hls_projects.from_keras.graph_steps import INPUT
from hls_projects.from_keras.keras_graph import KerasGraph
from hls_projects.from_keras.walk import Reached, Walk
from hls_projects.kinds import Select
from hls_projects.network.input_format import InputFormat
from hls_projects.network.input_part import InputPart
from qkeras_models.input_formats.fixed_point import MOST_BITS, FixedPoint
from qkeras_models.layers.input_quantizer import InputQuantizer

Given = FixedPoint | Sequence[FixedPoint] | None


def start(walk: Walk, graph: KerasGraph, given: Given) -> dict[int, Reached]:
    """What each of the model's inputs is, by its number as a source.

    Args:
        given: how inputs become integers, of a model without an InputQuantizer; one format for
            all inputs, or one for each.

    Raises:
        ValueError: for a format that is missing, given twice, or cannot be exact.
    """
    formats = _given(graph, given)
    if len(graph.shapes) == 1:
        if formats is None:
            return {INPUT: Reached(INPUT, None)}
        (form,) = formats
        walk.input = InputFormat(form.bits, form.signed, form.scale, walk.shape_in)
        return {INPUT: Reached(INPUT, form.scale)}
    quantized = formats is None
    formats = input_quantizers(graph) if quantized else formats
    walk.input, walk.joined = _joined(graph, formats), True
    first, found = 0, {}
    for number, (name, shape) in enumerate(zip(graph.inputs, graph.shapes, strict=True)):
        select = Select(first, shape)
        node = walk.add(select, name, Reached(INPUT, None))
        found[INPUT - number] = Reached(node, None if quantized else formats[number].scale)
        first += select.size
    return found


def _given(graph: KerasGraph, given: Given) -> list[FixedPoint] | None:
    """A format for each input; None where InputQuantizers have them."""
    if given is None:
        return None
    if graph.quantizer_name is not None:
        raise ValueError(
            f"'{graph.quantizer_name}' (InputQuantizer) has the input format: give none. "
            f"Received: {given}"
        )
    count = len(graph.shapes)
    formats = [given] * count if isinstance(given, FixedPoint) else list(given)
    if len(formats) != count:
        raise ValueError(
            f"formats must be one, or one for each of the model's {count} inputs. "
            f"Received: {len(formats)}"
        )
    for form in formats:
        if isinstance(form.scale, tuple) or np.frexp(form.scale)[0] != 0.5:
            raise ValueError(
                "`scale` of the inputs must be one power of two, so that Keras's sums of them are "
                f"exact. Received: {form.scale!r}"
            )
    return formats


def input_quantizers(graph: KerasGraph) -> list[InputQuantizer]:
    """The InputQuantizer behind each input, in order of the inputs.

    Raises:
        ValueError: naming an input that has none, or a second one of the same input.
    """
    found: dict[int, InputQuantizer] = {}
    for step in graph.steps:
        if isinstance(step.layer, InputQuantizer):
            source = step.taken[0]
            while source >= 0:
                source = graph.steps[source].taken[0]
            if source in found:
                raise ValueError(
                    f"'{step.layer.name}' is a second InputQuantizer of "
                    f"'{graph.inputs[INPUT - source]}'; only one is allowed"
                )
            found[source] = step.layer
    for number, name in enumerate(graph.inputs):
        if INPUT - number not in found:
            raise ValueError(
                f"input '{name}' was never quantized: put an InputQuantizer after it, or give the "
                "format of all inputs, as convert.py --input-bits does"
            )
    return [found[INPUT - number] for number in range(len(graph.inputs))]


def _joined(graph: KerasGraph, formats: Sequence[Any]) -> InputFormat:
    """One vector of all inputs, each element with its own scale, and each input with its width."""
    parts = tuple(
        InputPart(form.bits, form.signed, name, math.prod(shape))
        for name, shape, form in zip(graph.inputs, graph.shapes, formats, strict=True)
    )
    signed = any(part.signed for part in parts)
    bits = max(part.bits + (signed and not part.signed) for part in parts)
    if bits > MOST_BITS:
        raise ValueError(
            f"all inputs of a model must fit integers of {MOST_BITS} bits, of which one is the "
            f"sign where any is signed. Received: {', '.join(map(str, parts))}"
        )
    scales = [
        np.broadcast_to(np.asarray(form.scale, np.float64), shape).reshape(-1)
        for form, shape in zip(formats, graph.shapes, strict=True)
    ]
    scale = np.concatenate(scales)
    one = float(scale[0]) if (scale == scale[0]).all() else tuple(scale.tolist())
    alike = len({(part.bits, part.signed) for part in parts}) == 1
    return InputFormat(bits, signed, one, scale.shape, () if alike else parts)
