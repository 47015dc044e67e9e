"""A .keras file from anyone, checked before Keras builds what it describes."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qkeras_models.files.bounded_npz import DAMAGE

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_CONFIG = 16 << 20
LARGEST = 4 << 30
# Weights may be kept in half precision.
BYTES_A_WEIGHT = 2


def check_model_file(path: Path) -> None:
    """Refuses damaged archives, and models that would take far more memory than their file holds.

    Raises:
        ValueError: saying what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            damaged = archive.testzip()
            if damaged is not None:
                raise ValueError(f"{damaged} does not have its checksum")
            claimed = claimed_weights(json.loads(archive.read(CONFIG)))
            present = archive.getinfo(WEIGHTS).file_size
    except DAMAGE as error:
        raise ValueError(f"{path} cannot be loaded as a Keras model: {error}") from error
    if claimed * BYTES_A_WEIGHT > present:
        raise ValueError(
            f"{path} cannot be loaded as a Keras model: its layers claim {claimed:,} weights, more "
            f"than the {present:,} bytes of {WEIGHTS} can hold"
        )


def _check_sizes(archive: zipfile.ZipFile) -> None:
    declared = sum(entry.file_size for entry in archive.infolist())
    if declared > LARGEST or archive.getinfo(CONFIG).file_size > LARGEST_CONFIG:
        raise ValueError(
            f"it must take at most {LARGEST:,} bytes unpacked, {LARGEST_CONFIG:,} of them for "
            f"{CONFIG}. Received: {declared:,} bytes"
        )


def claimed_weights(model: dict[str, Any]) -> int:
    """Kernel weights of the layers of a model's configuration, one after the other.

    Raises:
        ValueError: if it describes no layers.
    """
    layers = model["config"].get("layers")
    if not layers:
        raise ValueError(f"{CONFIG} must describe the layers of a Sequential or functional model")
    return sum(_kernels(layers, []))


def _kernels(layers: Iterable[dict[str, Any]], shape: list[int]) -> Iterable[int]:
    for layer in layers:
        config = layer["config"]
        if "layers" in config:
            yield from _kernels(config["layers"], shape)
        elif "batch_shape" in config:
            shape = [size or 1 for size in config["batch_shape"][1:]]
        elif layer["class_name"] == "Flatten":
            shape = [math.prod(shape)]
        elif layer["class_name"] == "Reshape":
            shape = _reshaped(shape, config["target_shape"])
        outputs = config.get("units") or config.get("filters")
        if outputs and shape:
            yield math.prod([*config.get("kernel_size", []), shape[-1], outputs])
            shape = [*shape[:-1], outputs]
        elif (multiplier := config.get("depth_multiplier")) and shape:
            yield math.prod([*config["kernel_size"], shape[-1], multiplier])
            shape = [*shape[:-1], shape[-1] * multiplier]
        if size := config.get("kernel_size") or config.get("pool_size"):
            shape = [*_positions(shape[:-1], size, config), *shape[-1:]]


def _reshaped(shape: list[int], target: list[int]) -> list[int]:
    """A Reshape's target, −1 in it for what the others leave."""
    known = math.prod(size for size in target if size != -1)
    return [math.prod(shape) // known if size == -1 else size for size in target]


def _positions(image: list[int], size: list[int], config: dict[str, Any]) -> list[int]:
    """How many windows lie along each axis of an image."""
    strides = config.get("strides") or size
    if config.get("padding") == "same":
        return [-(-n // stride) for n, stride in zip(image, strides, strict=False)]
    axes = zip(image, size, strides, strict=False)
    return [max((n - k) // stride + 1, 0) for n, k, stride in axes]
