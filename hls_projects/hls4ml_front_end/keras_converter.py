"""hls4ml's Keras converter, for models that hold layers of qkeras_models.

hls4ml describes a model layer by layer, and no layer knows what follows it.  A model that holds
one of ours is described as a whole instead, from its integer network: what cannot be exact is
refused, for the same reasons as by convert.py.  Other models reach hls4ml untouched.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from typing import Any

from hls_projects.hls4ml_front_end.layer_list import Entry, project_entries
from hls_projects.network.integer_network import IntegerNetwork

Parsed = tuple[list[Entry], list[str], list[str], list[list[int]]]


def holds_ternary_layers(model: Any) -> bool:
    """Whether a layer of a Keras model, or within one, is of qkeras_models."""
    return any(
        base.__module__.startswith("qkeras_models.")
        for layer in model._flatten_layers(include_self=False)
        for base in type(layer).__mro__
    )


def parse(model: Any) -> Parsed:
    """What hls4ml's parse_keras_v3_model returns, of a model that holds these layers.

    Warns of layers after the IntegerHead, which hardware leaves out.

    Raises:
        ValueError: naming the layer that cannot be converted, and what to use instead.
    """
    from hls_projects.from_keras.converter import convert
    from hls_projects.from_keras.keras_inputs import input_quantizers
    from hls_projects.from_keras.keras_tail import left_out

    found = convert(model)
    graph = found.graph
    network = IntegerNetwork(*found.parts)
    if graph.tail:
        warnings.warn(left_out(graph.tail), UserWarning, stacklevel=2)
    project = project_entries(
        network,
        found.names,
        sources=graph.inputs,
        quantizers=[quantizer.name for quantizer in input_quantizers(graph)],
    )
    shapes = [[None, len(network.layers[head].bias)] for head in network.heads]
    return project.entries, project.inputs, project.outputs, shapes


def take_over() -> None:
    """Puts this converter before hls4ml's own."""
    import hls4ml.converters as converters

    # hls4ml.converters has a function of the same name as this module.
    module = sys.modules["hls4ml.converters.keras_v3_to_hls"]
    module.parse_keras_v3_model = converters.parse_keras_v3_model = _with_ternary_layers(
        module.parse_keras_v3_model
    )


def _with_ternary_layers(original: Callable[..., Parsed]) -> Callable[..., Parsed]:
    @functools.wraps(original)
    def parse_keras_v3_model(model: Any, *options: Any, **named: Any) -> Parsed:
        if holds_ternary_layers(model):
            return parse(model)
        return original(model, *options, **named)

    return parse_keras_v3_model
