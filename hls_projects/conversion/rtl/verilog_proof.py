"""What is proved of written Verilog, as lines of a report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from hls_projects.conversion.rtl.verilog_design import Verilog, VerilogDesign, tolerated
from hls_projects.kinds import Role
from hls_projects.logic.signed_digits import digit_counts
from hls_projects.network.sources import INPUT

if TYPE_CHECKING:
    from hls_projects.conversion.options import RtlOptions
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof import Proof

Step = Callable[[str], AbstractContextManager]
# Diagrams of a class double with every logit; those of so many take seconds.
PROVEN_CLASSES = 10


def prove_written(
    found: Verilog, network: IntegerNetwork, written: VerilogDesign, options: RtlOptions, step: Step
) -> None:
    """Adds a line that says for which inputs the Verilog is the network's; see docs/proof.md."""
    from hls_projects.proof import prove_rtl, prove_stream
    from hls_projects.rtl.stream.stream_plan import streams

    if options.prove is False:
        return
    name = f"Verilog for {written.family.name}"
    if streams(network) and options.time_multiplex:
        found.proofs.append(f"{name}: simulated only, as time-multiplexed layers are")
        return
    prove = prove_stream if streams(network) else prove_rtl
    verilog, family = written.design.verilog, written.family.name
    add_proof(
        found, name, step, options.prove or proof_work(network) <= written.family.proven_nonzeros,
        lambda: prove(verilog, network, family, seconds=options.seconds),
        lambda proof: _confirm(found, network, written, proof, step),
    )


def proof_work(network: IntegerNetwork) -> float:
    """Nonzero weights, each as often as it takes longer than a ternary one of two input bits.

    That is its nonzero signed digits · max(input bits, 2) / 2.
    """
    ends = {INPUT: network.input.bounds(), **dict(enumerate(network.ranges()))}
    total = 0.0
    for layer, taken in zip(network.layers, network.taken, strict=True):
        if layer.role is Role.WEIGHTED:
            lowest, highest = ends[taken[0]]
            bits = int(highest.max() - lowest.min()).bit_length()
            total += int(digit_counts(layer.weights).sum()) * max(bits, 2) / 2
    return total


def _confirm(
    found: Verilog, network: IntegerNetwork, written: VerilogDesign, proof: Proof, step: Step
) -> None:
    """Simulates the input that shows a difference, where the Verilog could be simulated."""
    if proof.counterexample is None:
        return
    if written.simulation is not None:
        description = f"simulating the counterexample of Verilog for {written.family.name}"
        with tolerated(found, description), step(description):
            proof.counterexample = proof.counterexample.simulate(
                written.simulation.predict, network.predict_integers)
    found.counterexamples[written.family.name] = proof.counterexample


def prove_class_of(
    found: Verilog, network: IntegerNetwork, written: VerilogDesign, options: RtlOptions, step: Step
) -> None:
    """Adds a line that says whether the class of timed_top.v is that of the largest logit."""
    from hls_projects.proof import prove_class

    if options.prove is False or len(network.heads) > 1:
        return
    name = f"class of {written.timed.name} for {written.family.name}"
    verilog, classes = written.design.verilog, network.classes
    add_proof(
        found, name, step, options.prove or classes <= PROVEN_CLASSES,
        lambda: prove_class(verilog, written.timed, classes, seconds=options.seconds),
    )


def add_proof(
    found: Verilog,
    name: str,
    step: Step,
    due: bool,
    prove: Callable[[], Proof],
    confirm: Callable[[Proof], None] = lambda proof: None,
) -> None:
    """Adds a line on what a checker found; a difference, or a checker that fails, is a failure.

    Args:
        found: gets the line.
        name: of what is proved.
        step: a context manager around a long step, given its description.
        due: whether it is asked for, or takes seconds; if not, the line says how to ask.
        prove: the checker.
        confirm: looks at what it found before that is told.
    """
    if not due:
        found.proofs.append(f"{name}: not proved, which takes long; see --prove")
        return
    description = f"proving {name}"
    try:
        with step(description):
            proof = prove()
    except Exception as error:  # a checker that fails takes no design away, and proves none
        found.proofs.append(f"{name}: not proved, since the checker failed")
        found.failures.append(f"{description}: {type(error).__name__}: {error}")
        return
    confirm(proof)
    found.proofs.append(f"{name}: {proof}")
    if proof.wrong:
        found.failures.append(found.proofs[-1])
