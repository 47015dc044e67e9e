"""Yosys, from the pyosys wheel, in a process of its own with limits of time and memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

RUN = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""
# What C++, Python, the C library and its loader print.
OUT_OF_MEMORY = ("bad_alloc", "MemoryError", "allocate memory", "failed to map segment")


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

    with subprocess.Popen(
        [sys.executable, "-c", RUN, *commands],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder.resolve())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=limit_memory,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise YosysError(f"Yosys reached its time limit of {seconds:g} s") from None
        finally:
            # ABC, which Yosys runs in a process of its own, would go on.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        lines = printed.strip().splitlines()
        out_of_memory = any(sign in line for line in lines for sign in OUT_OF_MEMORY)
        reason = f"reached its memory limit of {memory_mib} MiB" if out_of_memory else "failed"
        raise YosysError(
            f"Yosys {reason} (status {process.returncode}):\n" + "\n".join(lines[-15:])
        )
    return printed


def yosys_version() -> str:
    """Version of the pyosys package, such as 0.70."""
    from importlib.metadata import version

    return version("pyosys")
