"""One process at a time in a run's folder, or at a file of a cache."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qkeras_models.files.atomic_write import PARTIAL

LOCK = ".lock"


class FolderInUse(RuntimeError):
    """Another process works in the folder."""


@contextmanager
def exclusive_folder(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Makes a folder if it is missing, and keeps other processes out of it.

    The kernel lets go of the lock when the process ends, however it ends; what one that was killed
    left half written is removed.  A process may lock its own folder again.  An error leaves no
    folder that was made for nothing.

    Args:
        folder: a run's.
        wait: until the other process is done, instead of refusing.

    Raises:
        FolderInUse: if another process has it and `wait` is false.
        OSError: if the folder cannot be made or written.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    message = (
        f"another process works in {folder}: wait until it is done, or choose another folder"
    )
    with _locked(folder / LOCK, wait, message):
        _remove_partial(folder)
        try:
            yield
        except BaseException:
            if new and not wait and [path.name for path in folder.iterdir()] == [LOCK]:
                _remove_empty(new)
            raise


def _remove_empty(folders: list[Path]) -> None:
    """The innermost one, which holds the lock alone, and those around it that hold nothing else."""
    (folders[0] / LOCK).unlink()
    with suppress(OSError):  # there is more
        for folder in folders:
            folder.rmdir()


def _remove_partial(folder: Path) -> None:
    """Here and one level below, but not where another process may have a lock of its own."""
    below = [path for path in folder.iterdir() if path.is_dir() and not (path / LOCK).exists()]
    for place in (folder, *below):
        for left in list(place.glob(f".*{PARTIAL}")):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


@contextmanager
def exclusive_file(path: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Waits until no other process makes or changes a file, and keeps them waiting then.

    Where no lock can be had, in a folder that cannot be written say, there is none.

    Args:
        path: the file; it need not exist.
        tell: is told, once, if there is something to wait for.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError:
        yield
        return
    with _locked(lock, True, f"waiting for another process that makes {path}", tell):
        yield


@contextmanager
def _locked(
    path: Path, wait: bool, message: str, tell: Callable[[str], None] | None = None
) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path, is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait:
            raise FolderInUse(message) from None
        if tell is not None:
            tell(message)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
