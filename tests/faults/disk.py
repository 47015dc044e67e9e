"""Disks that are full, and folders that cannot be written, made real without a mount.

A quota of the kernel (RLIMIT_FSIZE) ends every file of a process at a size: the write fails, after
half of the file has been written, as it does on a full disk.  `/proc` takes no file from anybody,
root included.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNWRITABLE = Path("/proc/sparse-ternary")


def run_with_quota(
    arguments: Sequence[str], folder: Path, largest_file: int, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs Python in a folder where no file can grow beyond `largest_file` bytes."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, preexec_fn=limit, capture_output=True, text=True,
        errors="replace", check=False, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
