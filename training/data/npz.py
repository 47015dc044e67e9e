"""The user's own data: an .npz file, checked before anything is made of it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from qkeras_models.bounded_npz import DAMAGE, BoundedNpz

REQUIRED = ("x_train", "y_train", "x_test", "y_test")
OPTIONAL = ("x_validation", "y_validation")


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The file's arrays: x float32 (n, ...), y int64 (n,), checked one by one and together.

    x may hold booleans, integers or floats, in samples of any one shape; y the classes 0, 1, …,
    as (n,) or (n, 1).  The training labels say how many classes there are.  Validation data are
    optional: x_validation and y_validation.

    Raises:
        ValueError: naming the file and array, what is allowed and what was received.
    """
    raw = _read(path)
    try:
        arrays = {
            name: _samples(name, a) if name.startswith("x") else _labels(name, a)
            for name, a in raw.items()
        }
        _check_together(arrays)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
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
        return {name: _read_array(path, archive, name) for name in wanted}


def machine_memory() -> int:
    """Bytes of memory of this machine: what arrays of a data set may take."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _wanted(path: Path, present: list[str]) -> list[str]:
    """The arrays to read, all four or six of them."""
    wanted = list(REQUIRED)
    if any(name in present for name in OPTIONAL):
        wanted += OPTIONAL
    for name in wanted:
        if name not in present:
            folded = {other.casefold(): other for other in present if other not in wanted}
            near = difflib.get_close_matches(name, folded, n=1, cutoff=0.6)
            hint = f" Did you mean `{folded[near[0]]}`?" if near else ""
            raise ValueError(
                f"{path}: must hold {', '.join(wanted)}; `{name}` is missing.{hint} "
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


def _labels(name: str, y: np.ndarray) -> np.ndarray:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        hint = " (one-hot rows? numpy.argmax(y, axis=1) makes labels of them)" if y.ndim > 1 else ""
        raise ValueError(
            f"`{name}` must hold one label a sample, shape (n,) or (n, 1). "
            f"Received: {y.shape}{hint}"
        )
    if y.dtype.kind not in "biu":
        raise ValueError(f"`{name}` must hold integers. Received: dtype {y.dtype}")
    if not y.size:
        raise ValueError(f"`{name}` must not be empty. Received: shape {y.shape}")
    largest = np.iinfo(np.int64).max
    if int(y.min()) < 0 or int(y.max()) > largest:
        wrong = y.min() if int(y.min()) < 0 else y.max()
        raise ValueError(f"`{name}` must hold labels from 0 up. Received: {wrong}")
    return y.astype(np.int64)


def _check_together(arrays: Mapping[str, np.ndarray]) -> None:
    shape = arrays["x_train"].shape[1:]
    classes = int(arrays["y_train"].max()) + 1
    if not 2 <= classes <= len(arrays["y_train"]):
        raise ValueError(
            "`y_train` must hold at least two classes, numbered 0, 1, 2, … without large gaps. "
            f"Received: {len(arrays['y_train'])} labels up to {classes - 1}"
        )
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
                f"and {len(y)} labels"
            )
        if int(y.max()) >= classes:
            raise ValueError(
                f"`{y_name}` must hold labels from 0 to {classes - 1}, as `y_train` does. "
                f"Received: {int(y.max())}"
            )
