"""Yosys, from the pyosys wheel, in a process of its own with limits of time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RUN = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""


class YosysError(RuntimeError):
    """Yosys failed, or reached a limit."""


def run_yosys(
    commands: Sequence[str],
    *,
    folder: Path,
    seconds: float = 1800.0,
    memory_mib: int = 16384,
) -> str:
    """Runs Yosys commands in `folder` and returns what Yosys printed.

    Raises:
        YosysError: with Yosys's own message if a command fails, naming the limit if one is reached.
    """

    def limit_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))

    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, *commands],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            preexec_fn=limit_memory,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise YosysError(f"Yosys reached its time limit of {seconds:g} s") from None
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        out_of_memory = any("bad_alloc" in line or "MemoryError" in line for line in lines)
        reason = f"reached its memory limit of {memory_mib} MiB" if out_of_memory else "failed"
        raise YosysError(f"Yosys {reason} (status {done.returncode}):\n" + "\n".join(lines[-15:]))
    return done.stdout


def yosys_version() -> str:
    """Version of the pyosys package, such as 0.70."""
    from importlib.metadata import version

    return version("pyosys")
