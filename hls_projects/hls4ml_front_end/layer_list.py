"""An integer network as the list of layers that hls4ml builds its model graph from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hls_projects.kinds import Interval, Layer, Role
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT

Entry = dict[str, Any]

SCALE_BITS = 16
INPUT_NAME = "x"
QUANTIZER_NAME = "input_quantizer"
ARGMAX_NAME = "argmax"
ATTRIBUTES = {"weights": "integer_weights"}


def project_entries(
    network: IntegerNetwork,
    names: Sequence[str] | None = None,
    *,
    source: str = INPUT_NAME,
    quantizer: str | None = None,
    argmax: bool = False,
) -> list[Entry]:
    """hls4ml's description of a whole project, from its input to its output.

    Args:
        network: what it computes.
        names: of the network's layers; by default their kind and a number.
        source: name of the input.
        quantizer: name of the layer that quantizes float inputs; None if they are integers.
        argmax: whether the output is the index of the largest logit, the lowest of equal ones.

    Raises:
        ValueError: for what hls4ml projects cannot hold, or an argmax of a single logit.
    """
    if argmax and network.classes < 2:
        raise ValueError(
            "`argmax` needs at least 2 logits: of a single one its side of 0 decides. "
            f"Received: {network.classes}"
        )
    first = {
        "name": source,
        "class_name": "InputLayer",
        "input_shape": list(network.input.shape),
        "inputs": [],
    }
    quantized = [] if quantizer is None else [quantizer_entry(network.input, quantizer)]
    for entry in quantized:
        entry["inputs"] = [source]
    layers = layer_entries(network, names)
    integers = (quantized or [first])[0]["name"]
    for entry, taken in zip(layers, network.taken, strict=True):
        entry["inputs"] = [integers if s == INPUT else layers[s]["name"] for s in taken]
    last = [_argmax_entry(layers[-1])] if argmax else []
    return [first, *quantized, *layers, *last]


def _argmax_entry(head: Entry) -> Entry:
    return {
        "name": ARGMAX_NAME,
        "inputs": [head["name"]],
        "class_name": "IntegerArgmax",
        "input_lowest": head["lowest"],
        "input_highest": head["highest"],
        "lowest": _constant((1,), 0),
        "highest": _constant((1,), len(head["bias"]) - 1),
    }


def layer_entries(network: IntegerNetwork, names: Sequence[str] | None = None) -> list[Entry]:
    """hls4ml's description of every layer of a network, in order, without inputs and quantizer.

    Args:
        names: of the layers; by default their kind and a number.
    """
    names = network.layer_names if names is None else names
    form = network.input
    bounds = {INPUT: (_constant(form.shape, form.lowest), _constant(form.shape, form.highest))}
    bounds.update(enumerate(network.ranges()))
    steps = zip(network.layers, names, network.taken, network.shapes(), strict=True)
    return [
        {"name": name, **_describe(layer, bounds[taken[0]], bounds[position], shape)}
        for position, (layer, name, taken, shape) in enumerate(steps)
    ]


def quantizer_entry(format: InputFormat, name: str = QUANTIZER_NAME) -> Entry:
    """hls4ml's description of the input quantizer.

    Raises:
        ValueError: for a scale whose multiples float32 cannot hold, so that Keras's division
            rounds where hardware does not.
    """
    scale = [float(s) for s in np.atleast_1d(format.scale)]
    if any(np.ldexp(np.frexp(s)[0], SCALE_BITS) % 1 for s in scale):
        raise ValueError(
            f"`scale` must have at most {SCALE_BITS} significant bits, as an InputQuantizer gives "
            f"it, for hardware to quantize floats exactly. Received: {format.scale!r}"
        )
    low, high = _constant((1,), format.lowest), _constant((1,), format.highest)
    return {
        "name": name,
        "class_name": "InputQuantizer",
        "bits": format.bits,
        "is_signed": format.signed,
        "scale": scale,
        "lowest": low,
        "highest": high,
        "input_lowest": low,
        "input_highest": high,
    }


def _constant(shape: tuple[int, ...], value: int) -> np.ndarray:
    return np.full(shape, value, np.int64)


def _describe(layer: Layer, inputs: Interval, outputs: Interval, shape: tuple[int, ...]) -> Entry:
    if layer.role is Role.SHAPE:
        return {"class_name": layer.hls_class, "target_shape": list(shape)}
    arrays = {ATTRIBUTES.get(name, name): array for name, array in layer.arrays.items()}
    options = {name: list(v) if isinstance(v, tuple) else v for name, v in layer.options.items()}
    if layer.role is Role.MOVE:
        arrays, options = {"sources": layer.sources(inputs[0].shape)}, {}
    return {
        "class_name": layer.hls_class,
        **arrays,
        **options,
        "input_lowest": _over_last_axis(inputs[0], np.min),
        "input_highest": _over_last_axis(inputs[1], np.max),
        "lowest": _over_last_axis(outputs[0], np.min),
        "highest": _over_last_axis(outputs[1], np.max),
    }


def _over_last_axis(array: np.ndarray, reduce: Any) -> np.ndarray:
    """Bounds of each channel over all positions."""
    return reduce(array.reshape(-1, array.shape[-1]), axis=0)
