"""A C++ project, text and compiled functions, compared with an integer network."""

from __future__ import annotations

import time
from pathlib import Path

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.cpp.project import Project
from hls_projects.proof.cpp.result import CppProof
from hls_projects.proof.cpp.text import Firmware, UnreadError


def prove_cpp(folder: Path, network: IntegerNetwork, *, compiled: bool = True) -> CppProof:
    """Reads a written C++ project, and compares it with a network for every input.

    Args:
        folder: of the project, with firmware/ in it.
        network: what it must compute.
        compiled: compile its functions too, and compare them.

    Raises:
        CompilerError: if they do not compile.

    Example:
        >>> prove_cpp(Path("runs/digits/hls"), network).complete
        True
    """
    started = time.monotonic()
    proof = CppProof(compiled=compiled)
    firmware = (Path(folder) / "firmware").resolve()
    try:
        (top,) = (path.stem for path in firmware.glob("*.cpp"))
        project = Project(Firmware(firmware, top), top, network, proof)
        project.compare()
    except UnreadError as error:
        proof.unread["the project"] = str(error)
    proof.seconds = time.monotonic() - started
    return proof
