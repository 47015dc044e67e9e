"""A teacher's logits for deformed samples that come again, computed once and kept in a file."""

from __future__ import annotations

import hashlib
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qkeras_models.files.atomic_write import write_atomically
from training.data import Dataset
from training.teaching.distilled_batches import DistilledBatches, load_teacher


def pooled_batches(
    teacher: Path, data: Dataset, pool: int, options: dict[str, Any], verbose: bool = False
) -> DistilledBatches:
    """Batches that come again after `pool` epochs, with the teacher's logits from a file.

    The first training asks the teacher for all of them, pool · samples, and leaves them beside it
    as logits-KEY.npy, float32 (pool, samples, classes) in the order of the batches.  Later ones
    with the same teacher, data, augmentation, batch size and seed read them: a taught epoch then
    takes as long as one without a teacher.  Where the file cannot be written a warning says so.

    Args:
        teacher: file of a trained model.
        data: what it teaches.
        pool: epochs after which batches come again, ≥ 1.
        options: the other options of Batches, `epoch` the one to begin with.
        verbose: whether a line says that the teacher is asked, and another when it has answered.

    Raises:
        FileNotFoundError, ValueError: see load_teacher.
    """
    x, y = data.x_train, data.y_train
    file = teacher.parent / f"logits-{_key(teacher, data, pool, options)}.npy"
    logits = _read(file, (pool, len(x), data.outputs))
    if logits is None:
        asked = DistilledBatches(load_teacher(teacher, data), x, y, pool=pool, **options)
        if verbose:
            print(f"the teacher is asked for its logits of {pool} epochs, once", flush=True)
        logits = np.stack([_of_an_epoch(asked, epoch) for epoch in range(pool)])
        _keep(file, logits, verbose)
    return DistilledBatches(logits, x, y, pool=pool, **options)


def _of_an_epoch(batches: DistilledBatches, epoch: int) -> np.ndarray:
    batches.epoch = epoch
    return np.concatenate([batches[index][1][:, 1:] for index in range(len(batches))])


def _keep(file: Path, logits: np.ndarray, verbose: bool) -> None:
    try:
        write_atomically(file, partial(np.save, arr=logits))
    except OSError as error:
        # This training has its answers; the next one asks again.
        warnings.warn(f"the teacher's logits could not be kept: {error}", stacklevel=2)
        return
    if verbose:
        print(f"they are kept in {file}", flush=True)


def _key(teacher: Path, data: Dataset, pool: int, options: dict[str, Any]) -> str:
    """What the logits depend on."""
    if not teacher.is_file():
        raise FileNotFoundError(f"`teacher` is no file. Received: {teacher}")
    digest = hashlib.sha256(teacher.read_bytes())
    digest.update(np.ascontiguousarray(data.x_train).tobytes())
    kept = {name: value for name, value in options.items() if name != "epoch"}
    digest.update(repr((pool, sorted(kept.items()))).encode())
    return digest.hexdigest()[:16]


def _read(file: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    """The logits of a file, None if there is none or it was cut."""
    try:
        logits = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return logits if logits.shape == shape and logits.dtype == np.float32 else None
