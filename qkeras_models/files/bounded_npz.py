"""Arrays of an .npz file from anyone: no pickle, and sizes known before memory is taken."""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

# What NumPy, zipfile and json raise on damaged, encrypted or foreign files.
DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)
ENTRIES = 4096
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class BoundedNpz:
    """An open .npz file whose arrays take no more memory than a limit, all together.

    zipfile never yields more bytes of a member than the archive declares, so checking what is
    declared, and each array's header against it, bounds what is allocated.

    Args:
        path: the file.
        limit: bytes of all arrays, uncompressed.

    Raises:
        ValueError: if the archive declares more, or more than 4,096 members, or members that are
            neither stored nor deflated.
        One of DAMAGE: if it is damaged.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._archive = zipfile.ZipFile(path)
        entries = self._archive.infolist()
        declared = sum(entry.file_size for entry in entries)
        if declared > limit:
            raise ValueError(
                f"its arrays must take at most {limit:,} bytes. Received: {declared:,} bytes"
            )
        if len(entries) > ENTRIES:
            raise ValueError(f"it must hold at most {ENTRIES} arrays. Received: {len(entries)}")
        if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
            raise ValueError("its arrays must be stored or deflated")
        self._entries = {entry.filename.removesuffix(".npy"): entry for entry in entries}

    def __enter__(self) -> BoundedNpz:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def __getitem__(self, name: str) -> np.ndarray:
        """One array.

        Raises:
            KeyError: if there is none of the name.
            ValueError: if it holds Python objects, or is not as long as its header says.
            One of DAMAGE: if it is damaged.
        """
        entry = self._entries[name]
        with self._archive.open(entry) as file:
            _check_header(file, name, entry.file_size)
        with self._archive.open(entry) as file:
            return np.lib.format.read_array(file, allow_pickle=False)


def _check_header(file: BinaryIO, name: str, size: int) -> None:
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"`{name}` must be of .npy version 1 or 2. Received: {version}")
    shape, _, dtype = _HEADERS[version](file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, where numbers are allowed")
    claimed, present = math.prod(shape) * dtype.itemsize, size - file.tell()
    if claimed != present:
        raise ValueError(
            f"`{name}` claims {claimed:,} bytes, shape {shape}, where {present:,} follow"
        )
