"""Loading a data set by its name or path."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import numpy as np

from qkeras_models.input_formats.fixed_point import FixedPoint, check_bits
from qkeras_models.input_formats.format_search import find_format
from qkeras_models.input_formats.level_budget import levels_by_budget
from qkeras_models.input_formats.thermometer_search import MOST_LEVELS, find_thermometer
from training.console import report
from training.data.dataset import Dataset
from training.data.sets.features.feature_set import FeatureSet
from training.data.sets.image_set import ImageSet, image_floats
from training.data.sets.known_sets import SETS
from training.data.sets.npz import read_npz
from training.data.split import held_out_count, split_indices
from training.data.targets.target_search import AUTO, find_targets, tell_labels
from training.data.targets.targets import Targets

NAMES = tuple(SETS)
SPLIT_SEED = 2017
VALIDATION = 0.1


def load(
    source: str | os.PathLike,
    *,
    folder: str | os.PathLike | None = None,
    validation: float | None = None,
    split_seed: int = SPLIT_SEED,
    bits: int | None = None,
    signed: bool | None = None,
    scale: float | tuple[float, ...] | None = None,
    per_feature: bool | None = None,
    thermometer: int | None = None,
    thermometer_budget: int | None = None,
    loss: str = AUTO,
    outputs: int | None = None,
    targets: Targets | None = None,
) -> Dataset:
    """A data set, split and with the format of its inputs.

    Args:
        source: "mnist", "cifar10", "digits", "jets", "jets-sample", or the path of an .npz file
            with x_train, y_train, x_test and y_test (and, if you have split them yourself, x_val
            and y_val).
        folder: where the files of MNIST, CIFAR-10 or the jets may lie; looked at before the cache
            and the network.
        validation: how much of the training data becomes validation data: a number of samples, or
            a share between 0 and 1.  None: 5,000 for MNIST and CIFAR-10, a tenth otherwise.
        split_seed: of the validation split; has nothing to do with seeds of training.
        bits: width of an input, 1 to 16.  None: 1 for MNIST, 4 for digits, 8 for
            CIFAR-10, otherwise the fewest, up to 8, that keep what 8 keep.
        signed, scale, per_feature: format of the inputs.  None: for images x ≥ 96/256 (MNIST) or
            x ≥ 7/16 (digits) for one bit, the pixel's top bits for more, less half their range for
            CIFAR-10; otherwise found from the training data, see `find_format`.
        thermometer: thresholds of each feature, of which the inputs are comparisons; 0 and None:
            the inputs are the features' integers.  `bits` are then those of the integers that are
            compared, None for as many as thresholds need.
        thermometer_budget: thresholds of all features together, see `levels_by_budget`; None for
            `thermometer` of each.
        loss: "classes", "binary" or "regression"; "auto": found from y_train, see `find_targets`.
        outputs: of a network that was trained elsewhere, if the data are for it.
        targets: what a network was trained on, if the data are for it; `loss` and `outputs` are
            of no account then.

    Raises:
        ValueError: for an unknown source, data that fail their checks, or options out of range.
        DownloadError: if MNIST could not be had from anywhere.

    Example:
        >>> load("digits").x_train.shape
        (1294, 8, 8)
    """
    name = _resolve(source)
    # A user's file may be called digits.npz: only the bare names are these data sets.
    own = SETS.get(os.fspath(source))
    if folder is not None and not (own and own.published):
        published = " and ".join(known.name for known in SETS.values() if known.published)
        raise ValueError(f"`folder` is for {published}. Received: {folder!r} with {source}")
    if bits is not None:
        bits = check_bits(bits)
    if thermometer_budget is not None and not (thermometer and thermometer_budget >= 1):
        raise ValueError(
            "`thermometer_budget` must be an integer >= 1, beside a `thermometer`, the most "
            f"thresholds of one feature. Received: {thermometer_budget!r} beside {thermometer!r}"
        )
    arrays, share = _read(own, source, folder)
    arrays, targets = _with_targets(source, arrays, targets, loss, outputs)
    if "x_validation" in arrays and validation is not None:
        report(f"{source}: holds validation data, so `validation` {validation} is not used")
    arrays = _split(arrays, share if validation is None else validation, split_seed)
    images = own if isinstance(own, ImageSet) else None
    floats = image_floats if images is None else images.floats
    for key in ("x_train", "x_validation", "x_test"):
        if arrays[key].dtype == np.uint8:
            arrays[key] = floats(arrays[key])
    options = {"signed": signed, "scale": scale, "per_feature": per_feature}
    format, thresholds = (
        _thermometer(arrays, thermometer, thermometer_budget, bits, options)
        if thermometer
        else (_format(images, arrays["x_train"], bits, options), None)
    )
    class_names = None if images is None else images.class_names
    return Dataset(
        name, **arrays, targets=targets, format=format, thermometer=thresholds,
        class_names=class_names,
    )


def _resolve(source: str | os.PathLike) -> str:
    """The name of the data set: one of `NAMES`, or the path without folder and suffix."""
    text = os.fspath(source)
    if text in NAMES:
        return text
    path = Path(text)
    if path.suffix.lower() == ".npz":
        return path.stem
    near = difflib.get_close_matches(text.lower(), NAMES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ValueError(
        f"the data must be {', '.join(NAMES)} or the path of an .npz file.{hint} Received: {text!r}"
    )


def _read(
    own: ImageSet | FeatureSet | None, source: str | os.PathLike, folder: str | os.PathLike | None
) -> tuple[dict[str, np.ndarray], float]:
    """The arrays as they are stored, and how much of them is validation data by default."""
    if own is None:
        return read_npz(Path(source).expanduser()), VALIDATION
    return own.read(folder), own.validation


def _with_targets(
    source: str | os.PathLike,
    arrays: dict[str, np.ndarray],
    targets: Targets | None,
    loss: str,
    outputs: int | None,
) -> tuple[dict[str, np.ndarray], Targets]:
    """The arrays with their y encoded, and what these ask of a network."""
    y = arrays["y_train"]
    try:
        targets = targets or find_targets(y, loss, outputs)
        encoded = {
            name: targets.encode(name, array) if name.startswith("y") else array
            for name, array in arrays.items()
        }
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    tell_labels(os.fspath(source), y, targets)
    return encoded, targets


def _split(
    arrays: dict[str, np.ndarray], validation: float, split_seed: int
) -> dict[str, np.ndarray]:
    if "x_validation" in arrays:
        return arrays
    x, y = arrays["x_train"], arrays["y_train"]
    stay, leave = split_indices(_strata(y), held_out_count(validation, len(y)), split_seed)
    parts = {"x_train": x[stay], "y_train": y[stay]}
    return {**arrays, **parts, "x_validation": x[leave], "y_validation": y[leave]}


def _strata(y: np.ndarray) -> np.ndarray:
    """Classes, or the answers to a single question; several questions and numbers have none."""
    if y.ndim == 1 or (y.shape[1] == 1 and y.dtype == np.float32):
        return y.reshape(-1)
    return np.zeros(len(y), np.int64)


def _thermometer(
    arrays: dict[str, np.ndarray],
    levels: int,
    budget: int | None,
    bits: int | None,
    options: dict[str, Any],
) -> tuple[FixedPoint, tuple[tuple[int, ...], ...]]:
    if given := {name: value for name, value in options.items() if value is not None}:
        raise ValueError(
            "a thermometer finds its own signs and scales: leave out "
            f"{' and '.join(f'`{name}`' for name in given)}. Received: {given}"
        )
    if not 1 <= levels <= MOST_LEVELS:
        raise ValueError(
            f"`thermometer` must be an integer from 0 to {MOST_LEVELS}. Received: {levels!r}"
        )
    x = arrays["x_train"]
    if x.ndim != 2:
        raise ValueError(
            "`thermometer` is for samples of features on one axis; 0 is for others. "
            f"Received: {levels} with samples of shape {x.shape[1:]}"
        )
    own = levels if budget is None else levels_by_budget(x, arrays["y_train"], budget, levels)
    found = find_thermometer(x, own, bits)
    return found.format, found.thresholds


def _format(
    own: ImageSet | None, x: np.ndarray, bits: int | None, options: dict[str, Any]
) -> FixedPoint:
    """The images' own format, unless any option was given; else one found from the data."""
    if own is None:
        return find_format(x, bits, **options)
    bits = bits or own.bits
    if all(value is None for value in options.values()):
        return own.format(bits)
    return find_format(x, bits, **options)
