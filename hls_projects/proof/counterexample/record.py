"""A counterexample as files: JSON, and an image where the network takes images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hls_projects.proof.counterexample.found import Counterexample
from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.run_folder import RunFolder

# Of a text: more columns do not fit into a line.
MOST_COLUMNS = 32
# Of a file, along an edge, for each pixel of the image.
DOTS = 12
# What the C++ project is called among the families of Verilog.
CPP = "cpp"
# Grey and colours.
CHANNELS = 1, 3
# Of a bit; C++ has none.
PLACE = "layer", "neuron", "bit", "net", "expected", "received"


def write_counterexamples(
    found: Mapping[str, Counterexample], run: RunFolder
) -> list[dict[str, Any]]:
    """Writes counterexample.json, and counterexample_NAME.png where inputs are images.

    Files of an earlier conversion are replaced, or removed where nothing was found.

    Args:
        found: by the name of a family, whose Verilog is not the network, or CPP.
        run: in whose report/ they go.

    Returns:
        What the JSON file holds: for each the place, the input, and the logits.
    """
    for old in (*run.report.glob("counterexample_*.png"), run.counterexample):
        old.unlink(missing_ok=True)
    records = []
    for name, one in found.items():
        run.report.mkdir(parents=True, exist_ok=True)
        image = f"counterexample_{name}.png" if is_image(one.inputs[0]) else None
        if image is not None:
            _draw(one.inputs[0], run.report / image)
        records.append(_record(name, one) | {"image": image})
    if records:
        text = json.dumps(records, indent=2, ensure_ascii=False)
        write_atomically(run.counterexample, f"{text}\n")
    return records


def _record(name: str, found: Counterexample) -> dict[str, Any]:
    logits = {
        "network": found.expected, "evaluated": found.evaluated, "simulated": found.simulated
    }
    return {
        "verilog": None if name == CPP else name,
        **{key: getattr(found.difference, key, None) for key in PLACE},
        "confirmed": found.confirmed,
        "line": str(found),
        "logits": {who: None if of is None else of[0].tolist() for who, of in logits.items()},
        "input": found.inputs[0].tolist(),
        "picture": picture(found.inputs[0]),
    }


def is_image(x: np.ndarray) -> bool:
    """Whether an input has rows and columns, of pixels that are grey or coloured."""
    return x.ndim == 2 or (x.ndim == 3 and x.shape[2] in CHANNELS)


def picture(x: np.ndarray) -> list[str]:
    """Rows of an image, a character a pixel: `.` for 0, `#` above, `-` below.

    Of several channels the value farthest from 0 counts.  Empty where the input is no image, or
    one of more columns than fit.

    Args:
        x: one input, integers.
    """
    if not is_image(x) or x.shape[1] > MOST_COLUMNS:
        return []
    channels = x.reshape(*x.shape[:2], -1)
    farthest = np.abs(channels).argmax(axis=2)[..., None]
    signs = np.sign(np.take_along_axis(channels, farthest, axis=2)[..., 0])
    return ["".join(".#-"[sign] for sign in row) for row in signs.tolist()]


def _draw(x: np.ndarray, path: Path) -> None:
    """Black is the least value of the image, white the largest, of all channels together."""
    from matplotlib.image import imsave

    low, high = min(int(x.min()), 0), max(int(x.max()), 1)
    shades = ((x.astype(float) - low) / (high - low)).reshape(*x.shape[:2], -1)
    shades = np.broadcast_to(shades, (*x.shape[:2], 3)).repeat(DOTS, 0).repeat(DOTS, 1)
    imsave(path, np.ascontiguousarray(shades))
