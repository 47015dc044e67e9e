"""The C++ project of a conversion, compared with the network for every input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hls_projects.conversion.options import ConversionOptions

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

# Up to so many its text is proved in seconds, and up to so many its functions compile in seconds.
READ_NONZEROS = 100_000
COMPILED_NONZEROS = 10_000
# Of a compiled function's inputs, all of whose values are tried in seconds; see `--prove`.
QUICK_BITS = 16


def prove_project(
    network: IntegerNetwork, folder: Path, options: ConversionOptions, step: Callable[[str], Any]
) -> tuple[list[str], list[str]]:
    """Proof of a project that was just written; see docs/proof.md.

    Args:
        network: what it must compute.
        folder: of the project.
        options: whether it is proved, and whether anything is compiled.
        step: a context manager around a long step, given its description.

    Returns:
        Lines for the report, and those of them that are failures.
    """
    from hls_projects.proof.cpp import MOST_BITS, prove_cpp

    if options.prove is False:
        return [], []
    if not options.prove and network.nonzeros > READ_NONZEROS:
        return ["C++: not proved, which takes long; see --prove"], []
    quick = QUICK_BITS if network.nonzeros <= COMPILED_NONZEROS else 0
    bits = (MOST_BITS if options.prove else quick) if options.csim else 0
    try:
        with step("proving the C++ project"):
            proof = prove_cpp(folder, network, most_bits=bits)
    except Exception as error:  # a checker that fails takes no project away, and proves none
        failure = f"proving the C++ project: {type(error).__name__}: {error}"
        return ["C++: not proved, since the checker failed"], [failure]
    return [str(proof)], [str(proof)] if proof.differences else []
