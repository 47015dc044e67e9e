"""Files that readers, other processes and a power cut never see half written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".part"

Content = str | bytes | Callable[[BinaryIO], None]


def write_atomically(path: Path, content: Content) -> None:
    """Makes `path` hold `content`, all of it or nothing: written, synced and renamed.

    Args:
        path: the file; its folder is made if it is missing.
        content: text (as UTF-8), bytes, or a function that writes to the open file.

    Raises:
        OSError: if the folder cannot be made or written; an old file is still there then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(PARTIAL, f".{path.name}.", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, content)
        os.chmod(temporary, 0o644)  # mkstemp's 0o600 would hide a shared cache from others
        move_into_place(Path(temporary), path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def move_into_place(partial: Path, path: Path) -> None:
    """Renames a finished file, or folder of files, to `path`, once its bytes are on the disk.

    Raises:
        OSError: if the disk does not take them; `path` is then as it was.
    """
    for entry in [*partial.iterdir(), partial] if partial.is_dir() else [partial]:
        _sync(entry)
    os.replace(partial, path)
    _sync(path.parent)


def _write(file: BinaryIO, content: Content) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
