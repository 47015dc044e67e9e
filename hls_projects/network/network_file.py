"""network.npz: a header and the layers' arrays, readable with NumPy alone.

Format 1 holds sequences of ternary layers, format 2 graphs of layers that name what they take,
format 3 such graphs whose inputs differ in width or sign.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hls_projects.kinds import KINDS, Layer, Role
from hls_projects.kinds.layer import is_ternary
from hls_projects.network.input_format import InputFormat
from hls_projects.network.input_part import InputPart
from hls_projects.network.sources import INPUT
from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.bounded_npz import DAMAGE, BoundedNpz

Network = TypeVar("Network")
Sources = tuple[tuple[int, ...], ...]
Content = tuple[InputFormat, tuple[Layer, ...], dict[str, Any], "Sources | None"]

FORMATS = (1, 2, 3)
# What format 1 has, every weight −1, 0 or 1 and no array but these.
FIRST_KINDS = {
    "conv2d": {"weights"},
    "dense": {"weights"},
    "flatten": set(),
    "head": {"bias"},
    "maxpool": set(),
    "reshape": set(),
    "threshold": {"levels", "direction"},
}
SOURCE = "input"
_TERNARY = np.zeros(1, np.int8)
_FIRST_ONLY = "format 1 holds layers of format 1, whose `weights` must be -1, 0 or 1"
# Of all arrays together, uncompressed: a network file may come from anyone.
LARGEST = 1 << 30


def save(network: Any, path: str | Path) -> None:
    """Writes an IntegerNetwork to a path; a reader sees the old file or the new one, no half."""
    path, first = Path(path), _is_first(network)
    parts = [vars(part) for part in network.input.parts]
    header = {
        "format": 1 if first else 3 if parts else 2,
        "input": {
            "bits": network.input.bits,
            "signed": network.input.signed,
            "scale": network.input.scale,
            "shape": network.input.shape,
            **({"parts": parts} if parts else {}),
        },
        "classes": network.classes,
        "layers": [
            {"kind": layer.kind, **layer.options, **({} if first else node)}
            for layer, node in zip(network.layers, _nodes(network), strict=True)
        ],
        "provenance": network.provenance,
    }
    encoded = np.frombuffer(json.dumps(header, sort_keys=True).encode("utf-8"), np.uint8)
    arrays = {
        f"{position}_{name}": array
        for position, layer in enumerate(network.layers)
        for name, array in layer.arrays.items()
    }
    write_atomically(path, lambda file: np.savez_compressed(file, header=encoded, **arrays))


def _is_first(network: Any) -> bool:
    """Whether format 1 holds the network, which older readers know."""
    return network.is_sequence and all(
        set(layer.arrays) == FIRST_KINDS.get(layer.kind)
        and not (layer.kind == "maxpool" and "padding" in layer.options)
        and is_ternary(layer.arrays.get("weights", _TERNARY))
        for layer in network.layers
    )


def _nodes(network: Any) -> list[dict[str, Any]]:
    """The name of each layer, and the names of what it takes."""
    names = network.layer_names
    return [
        {"name": name, "inputs": [SOURCE if i < 0 else names[i] for i in taken]}
        for name, taken in zip(names, network.taken, strict=True)
    ]


def load(path: str | Path, build: Callable[..., Network]) -> Network:
    """What `build` makes of input format, layers, provenance and sources.

    Raises FileNotFoundError, or ValueError naming the file and the fault.

    Arrays of more than 1 GiB together are refused before memory is taken.
    """
    path = Path(path)
    try:
        with BoundedNpz(path, LARGEST) as archive:
            header = json.loads(bytes(archive["header"]).decode("utf-8"))
            return build(*_decode(header, archive))
    except FileNotFoundError:
        raise
    except DAMAGE as error:
        raise ValueError(f"{path} is no valid network.npz: {error}") from error


def _decode(header: dict[str, Any], archive: BoundedNpz) -> Content:
    if header.get("format") not in FORMATS:
        raise ValueError(f"`format` must be 1, 2 or 3. Received: {header.get('format')!r}")
    first = header["format"] == 1
    scale = header["input"]["scale"]
    form = InputFormat(
        bits=header["input"]["bits"],
        signed=header["input"]["signed"],
        scale=tuple(scale) if isinstance(scale, list) else scale,
        shape=tuple(header["input"]["shape"]),
        parts=_decode_parts(header),
    )
    entries = [dict(entry) for entry in header["layers"]]
    sources = None if first else _decode_sources(entries)
    layers = tuple(_decode_layer(i, entry, archive) for i, entry in enumerate(entries))
    for position, layer in enumerate(layers if first else ()):
        if layer.kind not in FIRST_KINDS or not is_ternary(layer.arrays.get("weights", _TERNARY)):
            raise ValueError(f"layer {position} ({layer.kind}): {_FIRST_ONLY}")
    classes = sum(len(layer.bias) for layer in layers if layer.role is Role.OUTPUT)
    if classes != header["classes"]:
        raise ValueError(f"`classes` is {header['classes']}, but the head has {classes} biases")
    return form, layers, header.get("provenance", {}), sources


def _decode_parts(header: dict[str, Any]) -> tuple[InputPart, ...]:
    """Widths and signs of several inputs, which format 3 has and the others have not."""
    parts = tuple(InputPart(**part) for part in header["input"].get("parts", ()))
    if bool(parts) != (header["format"] == 3):
        raise ValueError(
            "`parts` of the input must be there in format 3, and only there. "
            f"Received: {len(parts)} in format {header['format']}"
        )
    return parts


def _decode_sources(entries: list[dict[str, Any]]) -> Sources:
    """Takes names and inputs out of the header's layers."""
    positions, sources = {SOURCE: INPUT}, []
    for position, entry in enumerate(entries):
        name, inputs = entry.pop("name"), entry.pop("inputs")
        unknown = [other for other in inputs if other not in positions]
        if unknown or name in positions or not isinstance(name, str):
            raise ValueError(
                f"layer {position}: `name` must be new and `inputs` names of layers before it. "
                f"Received: {name!r}, {inputs!r}"
            )
        sources.append(tuple(positions[other] for other in inputs))
        positions[name] = position
    return tuple(sources)


def _decode_layer(position: int, entry: dict[str, Any], archive: BoundedNpz) -> Layer:
    kind = entry.pop("kind")
    if kind not in KINDS:
        raise ValueError(f"layer {position}: `kind` must be one of {sorted(KINDS)}: {kind!r}")
    cls = KINDS[kind]
    for option in entry:
        if option not in cls.option_fields:
            near = difflib.get_close_matches(option, cls.option_fields, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"layer {position} ({kind}) has no option {option!r}.{hint}")
    arrays = {
        name: archive[f"{position}_{name}"]
        for name in cls.array_fields
        if name not in cls.optional_fields or f"{position}_{name}" in archive.names
    }
    return cls(**entry, **arrays)
