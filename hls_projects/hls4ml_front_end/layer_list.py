"""An integer network as the list of layers that hls4ml builds its model graph from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hls_projects.hls4ml_front_end.checks import check_project_name
from hls_projects.kinds import Interval, Layer, Role
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import input_parts, part_format
from hls_projects.network.sources import INPUT
from qkeras_models.input_formats.fixed_point import scale_bits

Entry = dict[str, Any]

INPUT_NAME = "x"
QUANTIZER_NAME = "input_quantizer"
ARGMAX_NAME = "argmax"
ATTRIBUTES = {"weights": "integer_weights"}


@dataclass(frozen=True)
class Project:
    """hls4ml's description of a whole project.

    Args:
        entries: of its layers, in order.
        inputs, outputs: names of those that values enter and leave by.
    """

    entries: list[Entry]
    inputs: list[str]
    outputs: list[str]


def project_entries(
    network: IntegerNetwork,
    names: Sequence[str] | None = None,
    *,
    sources: Sequence[str] = (),
    quantizers: Sequence[str] = (),
    argmax: bool = False,
) -> Project:
    """hls4ml's description of a whole project, from its inputs to its outputs.

    Args:
        network: what it computes.
        names: of the network's layers; by default their kind and a number.
        sources: names of the inputs; by default x, or those of the layers that take one each.
        quantizers: names of the layers that quantize float inputs, one for each; none if inputs
            are integers.
        argmax: whether the output is the index of the largest logit, the lowest of equal ones.

    Raises:
        ValueError: for what hls4ml projects cannot hold, or an argmax of a single logit or of
            several outputs.
    """
    if argmax and (network.classes < 2 or len(network.heads) > 1):
        raise ValueError(
            "`argmax` needs at least 2 logits, of one output: of a single one its side of 0 "
            f"decides. Received: {network.classes} of {len(network.heads)}"
        )
    parts = input_parts(network)
    names = list(network.layer_names if names is None else names)
    forms = [network.input] if not parts else [
        InputFormat(**vars(part_format(network.input, part)), shape=part.shape)
        for part in parts.values()
    ]
    sources = list(sources) or ([names[i] for i in parts] if parts else [INPUT_NAME])
    sources = [_parameter(name, number) for number, name in enumerate(sources)]
    first = [_input_entry(*pair) for pair in zip(sources, forms, strict=True)]
    quantized = [
        {**quantizer_entry(form, name), "inputs": [source]}
        for name, form, source in zip(quantizers, forms, sources, strict=bool(quantizers))
    ]
    integers = [entry["name"] for entry in quantized or first]
    known = dict(zip(parts or [INPUT], integers, strict=True))
    layers = layer_entries(network, names)
    known.update((i, entry["name"]) for i, entry in enumerate(layers) if i not in parts)
    kept = [(i, entry) for i, entry in enumerate(layers) if i not in parts]
    for position, entry in kept:
        entry["inputs"] = [known[source] for source in network.taken[position]]
    last = [_argmax_entry(layers[-1])] if argmax else []
    outputs = [entry["name"] for entry in last or [layers[head] for head in network.heads]]
    entries = [*first, *quantized, *(entry for _, entry in kept), *last]
    return Project(entries, sources, outputs)


def quantizer_names(network: IntegerNetwork) -> list[str]:
    """Names for the layers that quantize float inputs, one for each input."""
    count = len(input_parts(network)) or 1
    return [QUANTIZER_NAME] if count == 1 else [f"{QUANTIZER_NAME}_{i + 1}" for i in range(count)]


def _parameter(name: str, number: int) -> str:
    """The name of an input, where it can be a parameter of the top function."""
    try:
        check_project_name(name)
    except ValueError:
        return f"{INPUT_NAME}{number or ''}"
    return name


def _input_entry(name: str, form: InputFormat) -> Entry:
    return {
        "name": name, "class_name": "InputLayer", "input_shape": list(form.shape), "inputs": []
    }


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
    bounds = {INPUT: network.input.bounds()}
    bounds.update(enumerate(network.ranges()))
    steps = zip(network.layers, names, network.taken, network.shapes(), strict=True)
    return [
        {
            "name": name,
            **_describe(layer, bounds[taken[0]], bounds[position], shape),
            **_branches(layer, [bounds[source] for source in taken]),
        }
        for position, (layer, name, taken, shape) in enumerate(steps)
    ]


def quantizer_entry(format: InputFormat, name: str = QUANTIZER_NAME) -> Entry:
    """hls4ml's description of the input quantizer.

    Raises:
        ValueError: for a scale whose multiples float32 cannot hold, so that Keras's division
            rounds where hardware does not.
    """
    most = scale_bits(format.bits)
    scale = [float(s) for s in np.atleast_1d(format.scale)]
    if any(np.ldexp(np.frexp(s)[0], most) % 1 for s in scale):
        raise ValueError(
            f"`scale` must have at most {most} significant bits, as an InputQuantizer gives "
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
    found = layer.hls_attributes
    if layer.role is Role.MOVE:
        found = {"sources": layer.sources(inputs[0].shape)}
    return {
        "class_name": layer.hls_class,
        **{ATTRIBUTES.get(name, name): value for name, value in found.items()},
        "input_lowest": _over_last_axis(inputs[0], np.min),
        "input_highest": _over_last_axis(inputs[1], np.max),
        "lowest": _over_last_axis(outputs[0], np.min),
        "highest": _over_last_axis(outputs[1], np.max),
    }


def _branches(layer: Layer, taken: Sequence[Interval]) -> Entry:
    """The lowest and highest integer of each branch that is joined."""
    if layer.role is not Role.JOIN:
        return {}
    return {
        "branch_lowest": [int(low.min()) for low, _ in taken],
        "branch_highest": [int(high.max()) for _, high in taken],
    }


def _over_last_axis(array: np.ndarray, reduce: Any) -> np.ndarray:
    """Bounds of each channel over all positions."""
    return reduce(array.reshape(-1, array.shape[-1]), axis=0)
