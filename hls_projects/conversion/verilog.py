"""Verilog of a network: written, simulated, proven, synthesized, placed and routed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.conversion.options import RtlOptions
from hls_projects.conversion.readme import write_rtl_readme
from hls_projects.families import FAMILIES, GENERIC, XILINX, Family, family_of_flow
from hls_projects.rtl.emit.testbench import SAMPLES, write_testbench
from hls_projects.rtl.emit.timed_top import write_timed_top
from qkeras_models.files.run_folder import RunFolder

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof import Counterexample, Proof
    from hls_projects.rtl import RtlDesign, RtlSimulation
    from hls_projects.tools.place_and_route import PlacedDesign
    from hls_projects.tools.synthesis import Cells

Step = Callable[[str], Any]
# Of a constraint where no model knows better, in ns.
DEFAULT_PERIOD = 10.0
# Diagrams of a class double with every logit; those of so many take seconds.
PROVEN_CLASSES = 10


@dataclass
class VerilogDesign:
    """One Verilog file, and what tools made of it; what failed or was not asked for is missing.

    Attributes:
        family: whose primitives it instantiates.
        design: the file and what it consists of.
        timed: the file of the wrapper around it that gives the class.
        simulation: its simulation, equal to the network on every sample.
        targets: that it was to be synthesized for.
        modules: cells of each module synthesized alone, by target and module.
        whole: cells of the flattened design, by target.
        placed: the routed design.
    """

    family: Family
    design: RtlDesign
    timed: Path
    simulation: RtlSimulation | None = None
    targets: tuple[str, ...] = ()
    modules: dict[str, dict[str, Cells]] = field(default_factory=dict)
    whole: dict[str, Cells] = field(default_factory=dict)
    placed: PlacedDesign | None = None


@dataclass
class Verilog:
    """Every Verilog design of a conversion, and what failed.

    `proofs` says what was found for every input, a line for each Verilog; `counterexamples` are
    inputs that show what is not the network's, by the name of a family.
    """

    designs: list[VerilogDesign] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    counterexamples: dict[str, Counterexample] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether all of them were simulated, and so compared."""
        return all(written.simulation is not None for written in self.designs)


def convert_to_rtl(
    network: IntegerNetwork, x: np.ndarray, folder: Path, options: RtlOptions, step: Step
) -> Verilog:
    """Writes folder/rtl, simulates it on all samples, synthesizes it for each target.

    A tool that fails or reaches its limit is a failure in the result; the rest goes on.

    Args:
        network: what hardware must compute.
        x: float samples (n, *shape).
        folder: the run's; mismatch.json goes to its report/ if an integer logit differs.
        options: what is wanted.
        step: a context manager around each long step, given its description.

    Raises:
        ExactnessError: if simulation and network differ.
    """
    found = Verilog()
    x_int = network.input.quantize(x)
    for family in _families(options):
        targets = tuple(t for t in options.targets if family_of_flow(t) is family)
        design = _write(network, family, folder, options, step)
        write_testbench(design, x_int[:SAMPLES], network.predict_integers(x_int[:SAMPLES]))
        timed = write_timed_top(design, _period(design, options))
        written = VerilogDesign(family, design, timed, targets=targets)
        found.designs.append(written)
        with tolerated(found, f"simulating Verilog for {family.name}"):
            written.simulation = _simulate(network, design, x_int, folder, options, step)
        _prove(found, network, written, options, step)
        _prove_class(found, network, written, options, step)
        for target in targets:
            _synthesize(found, written, target, options, step)
        if family.places and options.place:
            description = "placing and routing for ECP5, which takes minutes"
            with tolerated(found, description), step(description):
                written.placed = _place(design, options)
    return found


def _period(design: RtlDesign, options: RtlOptions) -> float:
    """Of the constraint that is written: the clock asked for, or what the delay model allows."""
    if options.clock_period is not None:
        return options.clock_period
    return DEFAULT_PERIOD if design.period is None else math.ceil(10 * design.period) / 10


def _families(options: RtlOptions) -> Sequence[Family]:
    """Whose Verilog to write: for every target, that of Xilinx where none is given."""
    wanted = [family_of_flow(target) for target in options.targets]
    placed = options.place or options.board
    wanted += [family for family in FAMILIES.values() if family.places and placed]
    wanted += [GENERIC] if options.generic else []
    return [family for family in FAMILIES.values() if family in (wanted or [XILINX])]


def _write(
    network: IntegerNetwork, family: Family, folder: Path, options: RtlOptions, step: Step
) -> RtlDesign:
    from hls_projects.rtl import write_rtl

    with step(f"writing Verilog for {family.name}"):
        design = write_rtl(
            network,
            folder / family.folder,
            target=family,
            optimize=options.optimize,
            clock_period=options.clock_period,
            stage_delay=options.stage_delay,
            time_multiplex=options.time_multiplex,
        )
    write_rtl_readme(design, family)
    return design


def _simulate(
    network: IntegerNetwork,
    design: RtlDesign,
    x_int: np.ndarray,
    folder: Path,
    options: RtlOptions,
    step: Step,
) -> RtlSimulation:
    """The simulation, once every logit is equal."""
    from hls_projects.rtl import RtlSimulation

    with step("compiling the Verilog simulation"):
        simulation = RtlSimulation(design, seconds=options.seconds)
    with step(f"simulating Verilog on {len(x_int):,} samples"):
        _compare(network.predict_integers(x_int), simulation.predict(x_int), folder)
    return simulation


def _prove(
    found: Verilog, network: IntegerNetwork, written: VerilogDesign, options: RtlOptions, step: Step
) -> None:
    """Adds a line that says for which inputs the Verilog is the network's; see docs/proof.md."""
    from hls_projects.rtl.stream.stream_plan import streams

    if options.prove is False:
        return
    name = f"Verilog for {written.family.name}"
    if streams(network) and options.time_multiplex:
        found.proofs.append(f"{name}: simulated only, as time-multiplexed layers are")
    elif options.prove or network.nonzeros <= written.family.proven_nonzeros:
        from hls_projects.proof import prove_rtl, prove_stream

        prove = prove_stream if streams(network) else prove_rtl
        verilog, family = written.design.verilog, written.family.name
        add_proof(
            found, name, step,
            lambda: prove(verilog, network, family, seconds=options.seconds),
            lambda proof: _confirm(found, network, written, proof, step),
        )
    else:
        found.proofs.append(f"{name}: not proved, which takes long; see --prove")


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


def _prove_class(
    found: Verilog, network: IntegerNetwork, written: VerilogDesign, options: RtlOptions, step: Step
) -> None:
    """Adds a line that says whether the class of timed_top.v is that of the largest logit."""
    from hls_projects.proof import prove_class

    if options.prove is False or len(network.heads) > 1:
        return
    name = f"class of {written.timed.name} for {written.family.name}"
    classes, seconds = network.classes, options.seconds
    if options.prove or classes <= PROVEN_CLASSES:
        add_proof(found, name, step, lambda: prove_class(written.design.verilog, written.timed,
                                                         classes, seconds=seconds))
    else:
        found.proofs.append(f"{name}: not proved, which takes long; see --prove")


def add_proof(
    found: Verilog,
    name: str,
    step: Step,
    prove: Callable[[], Proof],
    confirm: Callable[[Proof], None] = lambda proof: None,
) -> None:
    """Adds a line on what a checker found; a difference, or a checker that fails, is a failure.

    Args:
        found: gets the line.
        name: of what is proved.
        step: a context manager around a long step, given its description.
        prove: the checker.
        confirm: looks at what it found before that is told.
    """
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
    if proof.differences:
        found.failures.append(found.proofs[-1])


def _compare(expected: np.ndarray, received: np.ndarray, folder: Path) -> None:
    from hls_projects.verification.mismatch import ExactnessError, describe, write_mismatch

    if np.array_equal(expected, received):
        return
    mismatch = describe("integer network", "RTL simulation", expected, received, None)
    where = write_mismatch(mismatch, RunFolder(folder).report)
    raise ExactnessError(f"{mismatch}; details in {where}", mismatch)


@contextmanager
def tolerated(found: Verilog, description: str) -> Iterator[None]:
    """Where a tool may fail: the failure is noted and the conversion goes on."""
    from hls_projects.board.device.configuration import ConfigurationError
    from hls_projects.board.device.trellis import TrellisError
    from hls_projects.rtl import SimulationError
    from hls_projects.tools.nextpnr import NextpnrError
    from hls_projects.tools.place_and_route import DesignTooLarge
    from hls_projects.tools.yosys import YosysError

    failures = (YosysError, SimulationError, NextpnrError, DesignTooLarge, TrellisError,
                ConfigurationError)
    try:
        yield
    except failures as error:
        found.failures.append(f"{description}: {error}")


def _cache() -> Path:
    from training.data import cache_folder

    return cache_folder() / "synthesis"


def _synthesize(
    found: Verilog, written: VerilogDesign, target: str, options: RtlOptions, step: Step
) -> None:
    """Cells of each module and, where that works, of the whole network."""
    from hls_projects.tools.synthesis import synthesize_layers, synthesize_verilog

    verilog = written.design.verilog
    limits = {"cache": _cache(), "seconds": options.seconds}
    description = f"synthesizing each module for {target}"
    with tolerated(found, description), step(description):
        written.modules[target] = synthesize_layers(verilog, target, **limits)
    description = f"synthesizing Verilog for {target}"
    with tolerated(found, description), step(description):
        written.whole[target] = synthesize_verilog(verilog, target, **limits)


def _place(design: RtlDesign, options: RtlOptions) -> PlacedDesign:
    from hls_projects.tools.place_and_route import place_and_route

    folder = design.verilog.parent
    return place_and_route(
        design.verilog, cache=_cache(), folder=folder, seconds=options.seconds
    )
