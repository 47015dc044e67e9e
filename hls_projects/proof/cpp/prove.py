"""A C++ project, text and compiled functions, compared with an integer network."""

from __future__ import annotations

import time
from pathlib import Path

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.cpp.compiled.functions import SAMPLES, compare_functions
from hls_projects.proof.cpp.compiled.inputs import MOST_BITS, Bounds
from hls_projects.proof.cpp.compiled.library import Compiled
from hls_projects.proof.cpp.project import Kernel, Project
from hls_projects.proof.cpp.reading.text import Firmware, UnreadError
from hls_projects.proof.cpp.result import CppProof


def prove_cpp(folder: Path, network: IntegerNetwork, *, most_bits: int = MOST_BITS) -> CppProof:
    """Reads a written C++ project, and compares it with a network for every input.

    Args:
        folder: of the project, with firmware/ in it.
        network: what it must compute.
        most_bits: of a compiled function's inputs, up to 20, all of which are tried if it has no
            more; 0 compiles nothing.

    Raises:
        CompilerError: if they do not compile.

    Example:
        >>> build_hls_model(network, folder.parent / "proved").write()
        >>> prove_cpp(folder.parent / "proved", network, most_bits=8).complete
        True
    """
    started = time.monotonic()
    proof = CppProof(compiled=most_bits > 0)
    firmware = (Path(folder) / "firmware").resolve()
    try:
        (top,) = (path.stem for path in firmware.glob("*.cpp"))
        project = Project(Firmware(firmware, top), top, network, proof)
        project.compare()
    except UnreadError as error:
        proof.unread["the project"] = str(error)
    except Exception as error:  # text that is none of what is read may do anything
        proof.unread["the project"] = f"{type(error).__name__}: {error}"
    else:
        if most_bits:
            _compare_compiled(firmware, project.kernels, network, most_bits, proof)
    proof.seconds = time.monotonic() - started
    return proof


def _compare_compiled(
    firmware: Path, kernels: list[Kernel], network: IntegerNetwork, most_bits: int,
    proof: CppProof,
) -> None:
    compiled = Compiled(firmware, [kernel.call for kernel in kernels])
    for number, kernel in enumerate(kernels):
        layer, name = network.layers[kernel.layer], network.layer_names[kernel.layer]
        bounds = Bounds(kernel.low, kernel.high)
        tried, sampled, wrong = compare_functions(
            compiled, number, layer, bounds, most_bits)
        proof.tried += tried
        proof.sampled += sampled
        proof.samples = SAMPLES
        proof.differences += [f"{name}, {text}" for text in wrong]
