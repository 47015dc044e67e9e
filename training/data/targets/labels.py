"""Labels of any kind, and the classes 0, 1, … that they become."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SHOWN = 8


def single_column(name: str, y: np.ndarray) -> np.ndarray:
    """y (n,) or (n, k ≥ 2); (n, 1) becomes (n,).

    Raises:
        ValueError: for another shape, no values, or values that are neither numbers nor strings.
    """
    if y.dtype.kind not in "biufUS":
        raise ValueError(f"`{name}` must hold numbers or strings. Received: dtype {y.dtype}")
    if y.ndim not in (1, 2):
        raise ValueError(
            f"`{name}` must have one row a sample, shape (n,) or (n, outputs). Received: {y.shape}"
        )
    if not y.size:
        raise ValueError(f"`{name}` must not be empty. Received: shape {y.shape}")
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def is_whole(y: np.ndarray) -> bool:
    """Whether all values are integers, whatever their type."""
    return y.dtype.kind in "biu" or (
        y.dtype.kind == "f" and bool(np.isfinite(y).all() and (y == np.rint(y)).all())
    )


def is_questions(y: np.ndarray) -> bool:
    """Whether y (n, k) holds 0 and 1 alone."""
    return y.dtype.kind in "biuf" and bool(((y == 0) | (y == 1)).all())


def is_one_hot(y: np.ndarray) -> bool:
    """Whether each row of y (n, k) holds a single 1, else 0."""
    return is_questions(y) and bool((y.astype(np.int64).sum(axis=1) == 1).all())


def labels_of(name: str, y: np.ndarray) -> np.ndarray:
    """One label a sample, int64 or strings (n,), of y (n,) or of one-hot rows (n, k).

    Raises:
        ValueError: naming the array, if it holds anything else.
    """
    if y.ndim == 2:
        if not is_one_hot(y):
            raise ValueError(
                f"`{name}` must hold one label a sample, shape (n,), or one-hot rows. "
                f"Received: shape {y.shape}"
            )
        return y.argmax(axis=1).astype(np.int64)
    if y.dtype.kind in "US":
        return y.astype(np.str_)
    if not is_whole(y):
        raise ValueError(
            f"`{name}` must hold integers or strings as labels; numbers to be fitted need "
            f"`loss` regression. Received: {y[y != np.rint(y)][0]}"
        )
    if not -(2**63) <= int(y.min()) <= int(y.max()) < 2**63:
        raise ValueError(f"`{name}` must hold labels of 64 bits. Received: {y.min()} to {y.max()}")
    return y.astype(np.int64)


def class_indices(name: str, y: np.ndarray, known: Sequence[int | str]) -> np.ndarray:
    """The place of each sample's label among the known ones, int64 (n,).

    Args:
        name: of the array, for errors.
        y: labels (n,), or one-hot rows (n, k).
        known: ascending; integers or strings.

    Raises:
        ValueError: naming labels that are not among them.
    """
    labels, names = labels_of(name, y), np.asarray(known)
    if labels.dtype.kind == names.dtype.kind:
        places = np.searchsorted(names, labels).clip(max=len(names) - 1)
        unknown = np.unique(labels[names[places] != labels])
    else:
        unknown = np.unique(labels)
    if len(unknown):
        raise ValueError(
            f"`{name}` must hold the labels that `y_train` holds, {shown(known)}. "
            f"Received: {shown(unknown.tolist())}"
        )
    return places.astype(np.int64)


def shown(labels: Sequence[int | str]) -> str:
    """Labels in a line, the middle ones of many left out."""
    words = [repr(label) for label in labels]
    if len(words) > SHOWN:
        words = [*words[: SHOWN - 2], "…", words[-1]]
    return ", ".join(words)


def class_names(labels: Sequence[int | str]) -> list[str]:
    """A line for the output of each class."""
    return [f"label {label!r}" for label in labels]
