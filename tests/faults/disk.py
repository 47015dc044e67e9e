"""Disks that are full, and folders that cannot be written, made real without a mount.

A quota of the kernel (RLIMIT_FSIZE) ends every file of a process at a size: the write fails, after
half of the file has been written, as it does on a full disk.  `/proc` takes no file from anybody,
root included.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNWRITABLE = Path("/proc/sparse-ternary")


@contextmanager
def quota(largest_file: int) -> Iterator[None]:
    """No file of this process, or of one that it starts, can grow beyond `largest_file` bytes."""
    # Python ignores the signal that would end it.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
