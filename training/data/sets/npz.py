"""The user's own data: an .npz file, checked before anything is made of it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from qkeras_models.files.bounded_npz import DAMAGE, BoundedNpz
from training.console import report
from training.data.scale_check import scale_warning
from training.data.targets.labels import single_column

REQUIRED = ("x_train", "y_train", "x_test", "y_test")
OPTIONAL = ("x_validation", "y_validation")
# What people call validation data.
SUFFIXES = ("validation", "val", "valid")


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The file's arrays: x float32 (n, ...) and y (n,) or (n, k), checked together.

    x may hold booleans, integers or floats, in samples of any one shape; y numbers or strings (see
    `find_targets`).  Validation data are optional: x_validation and y_validation, or x_val and
    y_val.  Further arrays are named on stderr, and x_test on another scale than x_train.

    Raises:
        ValueError: naming the file and array, what is allowed and what was received.
    """
    raw = _read(path)
    try:
        arrays = {
            name: _samples(name, a) if name.startswith("x") else single_column(name, a)
            for name, a in raw.items()
        }
        _check_together(arrays)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    for name in ("x_validation", "x_test"):
        if name in arrays and (warning := scale_warning(name, arrays[name], arrays["x_train"])):
            report(f"warning: {path}: {warning}")
    return arrays


def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file.")
    with path.open("rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise ValueError(f"{path}: holds a single array. Write an .npz file with numpy.savez.")
    try:
        archive = BoundedNpz(path, machine_memory())
    except DAMAGE as error:
        raise ValueError(f"{path}: not a readable .npz file ({error}).") from error
    with archive:
        wanted = _wanted(path, archive.names)
        if ignored := [name for name in archive.names if name not in wanted.values()]:
            report(f"{path}: ignored {', '.join(ignored)}; read {', '.join(wanted.values())}")
        return {name: _read_array(path, archive, stored) for name, stored in wanted.items()}


def machine_memory() -> int:
    """Bytes of memory of this machine: what arrays of a data set may take."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _wanted(path: Path, present: list[str]) -> dict[str, str]:
    """The arrays to read, all four or six of them, each with its name in the file."""
    wanted = {name: name for name in REQUIRED}
    found = [s for s in SUFFIXES if f"x_{s}" in present or f"y_{s}" in present]
    if len(found) > 1:
        names = " and ".join(f"x_{suffix}" for suffix in found)
        raise ValueError(f"{path}: must hold validation data once. Received: {names}")
    if found:
        wanted |= {name: f"{name[0]}_{found[0]}" for name in OPTIONAL}
    stored = list(wanted.values())
    for name in stored:
        if name not in present:
            folded = {other.casefold(): other for other in present if other not in stored}
            near = difflib.get_close_matches(name, folded, n=1, cutoff=0.6)
            hint = f" Did you mean `{folded[near[0]]}`?" if near else ""
            raise ValueError(
                f"{path}: must hold {', '.join(stored)}; `{name}` is missing.{hint} "
                f"Received: {', '.join(present) or 'no arrays'}"
            )
    return wanted


def _read_array(path: Path, archive: BoundedNpz, name: str) -> np.ndarray:
    try:
        return archive[name]
    except DAMAGE as error:
        raise ValueError(f"{path}: `{name}` cannot be read ({error}).") from error


def _samples(name: str, x: np.ndarray) -> np.ndarray:
    if x.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` must hold booleans, integers or floats. Received: dtype {x.dtype}"
        )
    if x.ndim < 2:
        raise ValueError(
            f"`{name}` must have a shape (samples, ...), for one number a sample (samples, 1). "
            f"Received: {x.shape}"
        )
    if not x.size:
        raise ValueError(f"`{name}` must not be empty. Received: shape {x.shape}")
    with np.errstate(over="ignore"):
        x = x.astype(np.float32)
    wrong = ~np.isfinite(x)
    if wrong.any():
        first = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"`{name}` must hold finite float32 values. Received: {int(np.isnan(x).sum())} NaN "
            f"and {int(np.isinf(x).sum())} infinite ones, the first at index {first}"
        )
    return x


def _check_together(arrays: Mapping[str, np.ndarray]) -> None:
    shape = arrays["x_train"].shape[1:]
    for x_name in (name for name in arrays if name.startswith("x")):
        y_name = f"y{x_name[1:]}"
        x, y = arrays[x_name], arrays[y_name]
        if x.shape[1:] != shape:
            raise ValueError(
                f"`{x_name}` must hold samples of the shape of `x_train`'s, {shape}. "
                f"Received: {x.shape[1:]}"
            )
        if len(x) != len(y):
            raise ValueError(
                f"`{x_name}` and `{y_name}` must be equally long. Received: {len(x)} samples "
                f"and {len(y)} targets"
            )
