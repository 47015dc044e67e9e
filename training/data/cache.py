"""Where downloads are kept, and how they get there whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

VARIABLE = "SPARSE_TERNARY_CACHE"


def cache_folder() -> Path:
    """The folder that $SPARSE_TERNARY_CACHE names, else the user's own for caches."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("sparse-ternary"))


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Makes `path` hold what `write` writes, all of it or nothing.

    A temporary file beside it is written, flushed to the disk and moved into place, so other
    processes that read or write the same path see one whole file or another.

    Raises:
        OSError: if the folder cannot be made or written; `path` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp's 0o600 would hide a shared cache from others
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
