"""network.npz, format 1: a header and the layers' arrays, readable with NumPy alone."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hls_projects.kinds import KINDS, Layer
from hls_projects.network.input_format import InputFormat
from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.bounded_npz import DAMAGE, BoundedNpz

Network = TypeVar("Network")
Content = tuple[InputFormat, tuple[Layer, ...], dict[str, Any]]

FORMAT = 1
# Of all arrays together, uncompressed: a network file may come from anyone.
LARGEST = 1 << 30


def save(
    path: str | Path, form: InputFormat, layers: tuple[Layer, ...], provenance: dict[str, Any]
) -> None:
    """Writes a network to ``path``; a reader sees the old file or the new one, never half."""
    path = Path(path)
    header = {
        "format": FORMAT,
        "input": {
            "bits": form.bits,
            "signed": form.signed,
            "scale": form.scale,
            "shape": form.shape,
        },
        "classes": len(layers[-1].bias),
        "layers": [{"kind": layer.kind, **layer.options} for layer in layers],
        "provenance": provenance,
    }
    encoded = np.frombuffer(json.dumps(header, sort_keys=True).encode("utf-8"), np.uint8)
    arrays = {
        f"{position}_{name}": array
        for position, layer in enumerate(layers)
        for name, array in layer.arrays.items()
    }
    write_atomically(path, lambda file: np.savez_compressed(file, header=encoded, **arrays))


def load(path: str | Path, build: Callable[..., Network]) -> Network:
    """What `build` makes of input format, layers and provenance.

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
        raise ValueError(f"{path} is no valid network.npz (format {FORMAT}): {error}") from error


def _decode(header: dict[str, Any], archive: BoundedNpz) -> Content:
    if header.get("format") != FORMAT:
        raise ValueError(f"`format` must be {FORMAT}. Received: {header.get('format')!r}")
    scale = header["input"]["scale"]
    form = InputFormat(
        bits=header["input"]["bits"],
        signed=header["input"]["signed"],
        scale=tuple(scale) if isinstance(scale, list) else scale,
        shape=tuple(header["input"]["shape"]),
    )
    layers = tuple(
        _decode_layer(position, dict(entry), archive)
        for position, entry in enumerate(header["layers"])
    )
    classes = layers[-1].arrays.get("bias", ()) if layers else ()
    if len(classes) != header["classes"]:
        raise ValueError(
            f"`classes` is {header['classes']}, but the head has {len(classes)} biases"
        )
    return form, layers, header.get("provenance", {})


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
    arrays = {name: archive[f"{position}_{name}"] for name in cls.array_fields}
    return cls(**entry, **arrays)
