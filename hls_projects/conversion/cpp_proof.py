"""The C++ project of a conversion, compared with the network for every input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.conversion.options import ConversionOptions

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof.counterexample.found import Counterexample
    from hls_projects.proof.cpp import CppProof
    from hls_projects.verification.csim import CSimulation

# Up to so many its text is proved in seconds, and up to so many its functions compile in seconds.
READ_NONZEROS = 100_000
COMPILED_NONZEROS = 10_000
# Of a compiled function's inputs, all of whose values are tried in seconds; see `--prove`.
QUICK_BITS = 16


@dataclass(frozen=True)
class ProvedProject:
    """What was found of a C++ project.

    Attributes:
        lines: for the report.
        failures: those of them that are failures.
        counterexample: an input at which it is not the network; None where none was found.
    """

    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    counterexample: Counterexample | None = None


def prove_project(
    network: IntegerNetwork,
    folder: Path,
    options: ConversionOptions,
    step: Callable[[str], Any],
    simulation: CSimulation | None = None,
) -> ProvedProject:
    """Proof of a project that was just written; see docs/proof.md.

    Args:
        network: what it must compute.
        folder: of the project.
        options: whether it is proved, and whether anything is compiled.
        step: a context manager around a long step, given its description.
        simulation: of the project, in which an input is sought that shows what differs.
    """
    from hls_projects.proof.cpp import MOST_BITS, prove_cpp

    if options.prove is False:
        return ProvedProject()
    if not options.prove and network.nonzeros > READ_NONZEROS:
        return ProvedProject(["C++: not proved, which takes long; see --prove"])
    quick = QUICK_BITS if network.nonzeros <= COMPILED_NONZEROS else 0
    bits = (MOST_BITS if options.prove else quick) if options.csim else 0
    try:
        with step("proving the C++ project"):
            proof = prove_cpp(folder, network, most_bits=bits)
            _show(proof, network, simulation)
    except Exception as error:  # a checker that fails takes no project away, and proves none
        failure = f"proving the C++ project: {type(error).__name__}: {error}"
        return ProvedProject(["C++: not proved, since the checker failed"], [failure])
    failures = [str(proof)] if proof.differences else []
    return ProvedProject([str(proof)], failures, proof.counterexample)


def _show(proof: CppProof, network: IntegerNetwork, simulation: CSimulation | None) -> None:
    """Adds an input at which C-simulation shows a difference, where it finds one."""
    from hls_projects.proof.counterexample.simulated import TRIED, smallest_simulated
    from hls_projects.verification.exactness import largest

    if not proof.differences or simulation is None or not simulation.integer_inputs:
        return

    def integers(x: np.ndarray) -> np.ndarray:
        logits = network.predict_integers(x)
        return largest(logits) if simulation.argmax else logits

    proof.inputs_tried = TRIED
    proof.counterexample = smallest_simulated(
        network, proof.differences[0], simulation.predict, integers)
