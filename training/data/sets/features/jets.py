"""The jets of hls4ml: OpenML's data set 42468, from the user's folder, the cache or OpenML.

830,000 simulated jets of five classes (gluon, light quark, top, W and Z) with 16 features.

Reference: J. Duarte et al., "Fast inference of deep neural networks in FPGAs for particle physics",
JINST 13 P07027, 2018; https://www.openml.org/d/42468.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from qkeras_models.files.bounded_npz import DAMAGE
from training.data.sets.cache import VARIABLE, cache_folder
from training.data.sets.download import SourceUnavailable, openml_jets
from training.data.sets.features.arff import Table, read_arff
from training.data.sets.features.feature_set import FeatureSet
from training.data.sets.features.jet_features import CLASSES, FEATURES
from training.data.sets.published_data import Arrays, PublishedData

NAME = "hls4ml_lhc_jets_hlf"
FILES = (f"{NAME}.arff", f"{NAME}.arff.gz")
ARCHIVE = "jets.npz"
LARGEST = 256 << 20  # the four arrays take 57 MB, in text about 150 MB
LONGEST_LINE = 4096
ROWS = 830_000
# As the tutorials of hls4ml split it.
TEST_SHARE, TEST_SEED = 0.2, 42


def read_jets(folder: str | os.PathLike | None = None) -> Arrays:
    """x_train, y_train, x_test, y_test: float32 (n, 16) in the file's units, and names (n,).

    Looks in `folder`, if given, then in the cache, then asks OpenML through scikit-learn.  A fifth
    is test data, the same as in the tutorials of hls4ml: scikit-learn's split of seed 42.

    Args:
        folder: holds hls4ml_lhc_jets_hlf.arff, plain or .gz, or jets.npz.

    Raises:
        ValueError: if `folder` holds such a file with other content.
        DownloadError: if every source fails.
    """
    return DATA.read(folder, _from_folder, {"OpenML": _from_openml})


def verify(arrays: Mapping[str, np.ndarray]) -> None:
    """Checks names of classes, shapes and finite numbers; OpenML's own checksum is of its file.

    Raises:
        ValueError: naming the first array that is missing or differs.
    """
    rows = 0
    for part in ("train", "test"):
        x, y = (arrays.get(f"{name}_{part}") for name in "xy")
        if x is None or x.dtype != np.float32 or x.ndim != 2 or x.shape[1] != len(FEATURES):
            raise ValueError(f"`x_{part}` must be a float32 array (jets, {len(FEATURES)})")
        if not np.isfinite(x).all():
            raise ValueError(f"`x_{part}` must hold finite numbers")
        if y is None or y.shape != x.shape[:1] or set(y.tolist()) != set(CLASSES):
            raise ValueError(f"`y_{part}` must hold {', '.join(CLASSES)}, one for each jet")
        rows += len(x)
    if rows != ROWS:
        raise ValueError(f"`x_train` and `x_test` must hold {ROWS:,} jets. Received: {rows:,}")


def _from_folder(folder: Path) -> Arrays:
    if not folder.is_dir():
        raise SourceUnavailable("is no folder")
    path = next((folder / name for name in (*FILES, ARCHIVE) if (folder / name).is_file()), None)
    if path is None:
        raise SourceUnavailable(f"lacks {FILES[0]} (or {FILES[1]}, or {ARCHIVE})")
    try:
        if path.name == ARCHIVE:
            return DATA.read_archive(path)
        arrays = _split(read_arff(_lines(path)))
        verify(arrays)
        return arrays
    except DAMAGE as error:
        raise ValueError(f"{path} must be OpenML's file of jets: {error}") from error


def _from_openml(folder: Path) -> Arrays:
    with np.load(openml_jets(folder)) as stored:
        arrays = _split(Table(tuple(stored["names"].tolist()), stored["x"], stored["y"]))
    return arrays


def _lines(path: Path) -> Iterator[str]:
    """The lines of a text file of at most LARGEST bytes, plain or .gz."""
    left = LARGEST
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        while line := stream.readline(LONGEST_LINE):
            left -= len(line)
            if left < 0 or len(line) == LONGEST_LINE:
                raise ValueError(
                    f"it must hold lines below {LONGEST_LINE:,} bytes, {LARGEST:,} in all"
                )
            yield line.decode("utf-8")


def _split(table: Table) -> Arrays:
    """The features in order, a fifth of the jets as test data."""
    from sklearn.model_selection import train_test_split

    missing = [name for name in FEATURES if name not in table.names]
    if missing:
        raise ValueError(f"the column {missing[0]} is missing. Received: {', '.join(table.names)}")
    x = table.values[:, [table.names.index(name) for name in FEATURES]].astype(np.float32)
    parts = train_test_split(x, table.classes, test_size=TEST_SHARE, random_state=TEST_SEED)
    return dict(zip(("x_train", "x_test", "y_train", "y_test"), parts, strict=True))


def _by_hand() -> str:
    return (
        f"To place it by hand, put {FILES[0]} of https://www.openml.org/d/42468, plain or .gz, "
        "into a folder and name that folder (--data-folder FOLDER, or folder=... in Python), or "
        f"put {ARCHIVE} into the cache folder {cache_folder()} (the environment variable "
        f"{VARIABLE} names another).\nWithout any download: your own .npz file of features"
    )


DATA = PublishedData(
    "The jets of OpenML 42468", ARCHIVE, ("x_train", "y_train", "x_test", "y_test"), LARGEST,
    verify, _by_hand,
)
JETS = FeatureSet("jets", read_jets)
