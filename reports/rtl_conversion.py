"""Verilog of a network: written, simulated, proven, synthesized, placed and routed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.record import Figure, Source
from reports.rtl_figures import (
    WHOLE,
    cell_figures,
    measured_timing,
    modelled_timing,
    module_records,
    placed_figures,
)

if TYPE_CHECKING:
    from hls_projects.integer_network import IntegerNetwork
    from hls_projects.place_and_route import PlacedDesign
    from hls_projects.rtl import RtlDesign

# The Verilog that each synthesis target takes, and where it is written.
FOLDERS = {"xilinx": "rtl", "ecp5": "rtl/ecp5", "generic": "rtl/generic"}
WRITTEN_FOR = {"xilinx": "xilinx", "xilinx7": "xilinx", "ecp5": "ecp5"}

# Nonzero weights of a network whose proof takes seconds, by the Verilog's target.
PROVEN_BY_DEFAULT = {"xilinx": 10_000, "ecp5": 0, "generic": 10_000}

Step = Callable[[str], Any]


@dataclass(frozen=True)
class RtlOptions:
    """What of the Verilog is wanted.

    Args:
        targets: to synthesize for, of WRITTEN_FOR.
        generic: write and simulate Verilog without primitives too.
        stage_delay: longest delay of a pipeline stage in ns; None for one stage a layer.
        fold_dense: dense layers after a picture take as many cycles as it has pixels.
        place: place and route for ECP5.
        seconds: time limit of each run of a tool.
        prove: prove the Verilog for every input; None where that takes seconds.
    """

    targets: tuple[str, ...] = ()
    generic: bool = False
    stage_delay: float | None = None
    fold_dense: bool = False
    place: bool = False
    seconds: float = 1800.0
    prove: bool | None = None

    def check(self) -> None:
        """Raises ValueError for an option out of range, RuntimeError if nextpnr is missing."""
        from hls_projects.nextpnr import nextpnr_version

        for target in self.targets:
            if target not in WRITTEN_FOR:
                allowed = ", ".join(WRITTEN_FOR)
                raise ValueError(f"`--synth` must be one of {allowed}. Received: {target!r}")
        if self.stage_delay is not None and not 0 < self.stage_delay < float("inf"):
            raise ValueError(f"`--stage-delay` must be > 0 ns. Received: {self.stage_delay!r}")
        if not 0 < self.seconds < float("inf"):
            raise ValueError(f"`--tool-seconds` must be > 0. Received: {self.seconds!r}")
        if self.place:
            nextpnr_version()


@dataclass
class RtlReport:
    """Figures by design, cells by target and module, and what failed, for the report.

    `simulated` says whether all Verilog was, and so compared on every sample; `proofs` what was
    found for every input, a line for each Verilog.
    """

    resources: dict[str, dict[str, Figure]] = field(default_factory=dict)
    modules: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    simulated: bool = True
    proofs: list[str] = field(default_factory=list)


def convert_to_rtl(
    network: IntegerNetwork, x: np.ndarray, folder: Path, options: RtlOptions, step: Step
) -> RtlReport:
    """Writes folder/rtl, simulates it on all samples, synthesizes it for each target.

    A tool that fails or reaches its limit is a failure in the report; the rest goes on.

    Args:
        network: what hardware must compute.
        x: float samples (n, *shape).
        folder: the run's; mismatch.json goes to its report/ if an integer logit differs.
        options: what is wanted.
        step: a context manager around each long step, given its description.

    Raises:
        ExactnessError: if simulation and network differ.
    """
    report = RtlReport()
    x_int = network.input.quantize(x)
    for kind in _kinds(options):
        design = _write(network, kind, folder, options, step)
        measured: dict[str, Figure] = {}
        with _tolerated(report, f"simulating Verilog for {kind}"):
            measured = _prove(network, design, x_int, folder, options, step)
        report.simulated &= bool(measured)
        _prove_every_input(report, network, design, kind, options, step)
        for target in filter(lambda target: WRITTEN_FOR[target] == kind, options.targets):
            timing = measured | modelled_timing(design, target)
            report.resources.setdefault(f"RTL, {target}", timing)
            _synthesize(report, design, target, options, step)
        if kind == "ecp5" and options.place:
            description = "placing and routing for ECP5, which takes minutes"
            with _tolerated(report, description), step(description):
                found = _place(design, options)
                report.resources["RTL, ecp5, placed"] = placed_figures(found, measured)
        if not report.resources:
            report.resources["RTL"] = measured | modelled_timing(design, kind)
    return report


def _kinds(options: RtlOptions) -> Sequence[str]:
    """Verilog to write: for every target, that of Xilinx where none is given."""
    wanted = {WRITTEN_FOR[target] for target in options.targets}
    if options.place:
        wanted.add("ecp5")
    if options.generic:
        wanted.add("generic")
    return [kind for kind in FOLDERS if kind in (wanted or {"xilinx"})]


def _write(
    network: IntegerNetwork, kind: str, folder: Path, options: RtlOptions, step: Step
) -> RtlDesign:
    from hls_projects.rtl import write_rtl
    from reports.handover import write_rtl_readme

    with step(f"writing Verilog for {kind}"):
        target_folder = folder / FOLDERS[kind]
        design = write_rtl(
            network,
            target_folder,
            target=kind,
            stage_delay=options.stage_delay,
            fold_dense=options.fold_dense,
        )
    write_rtl_readme(design, kind)
    return design


def _prove(
    network: IntegerNetwork,
    design: RtlDesign,
    x_int: np.ndarray,
    folder: Path,
    options: RtlOptions,
    step: Step,
) -> dict[str, Figure]:
    """The measured timing, once every logit is equal."""
    from hls_projects.rtl import RtlSimulation

    with step("compiling the Verilog simulation"):
        simulation = RtlSimulation(design, seconds=options.seconds)
    with step(f"simulating Verilog on {len(x_int):,} samples"):
        _compare(network.predict_integers(x_int), simulation.predict(x_int), folder)
    return measured_timing(simulation)


def _prove_every_input(
    report: RtlReport,
    network: IntegerNetwork,
    design: RtlDesign,
    kind: str,
    options: RtlOptions,
    step: Step,
) -> None:
    """Adds a line that says for which inputs the Verilog is the network's; see docs/proof.md."""
    from hls_projects.rtl.stream_plan import streams

    if options.prove is False:
        return
    if streams(network):
        report.proofs.append(f"Verilog for {kind}: simulated only, as streams of pixels are")
    elif options.prove or network.nonzeros <= PROVEN_BY_DEFAULT[kind]:
        from hls_projects.proof import prove_rtl

        description = f"proving Verilog for {kind}"
        with _tolerated(report, description), step(description):
            proof = prove_rtl(design.verilog, network, kind, seconds=options.seconds)
            report.proofs.append(f"Verilog for {kind}: {proof}")
            if proof.differences:
                report.failures.append(report.proofs[-1])
    else:
        report.proofs.append(f"Verilog for {kind}: not proven, which takes long; see --prove")


def _compare(expected: np.ndarray, received: np.ndarray, folder: Path) -> None:
    from hls_projects.mismatch import ExactnessError, describe, write_mismatch

    if np.array_equal(expected, received):
        return
    mismatch = describe("integer network", "RTL simulation", expected, received, None)
    where = write_mismatch(mismatch, folder / "report")
    raise ExactnessError(f"{mismatch}; details in {where}", mismatch)


@contextmanager
def _tolerated(report: RtlReport, description: str) -> Iterator[None]:
    """Where a tool may fail: the failure is noted and the conversion goes on."""
    from hls_projects.nextpnr import NextpnrError
    from hls_projects.place_and_route import DesignTooLarge
    from hls_projects.rtl import SimulationError
    from hls_projects.yosys import YosysError

    try:
        yield
    except (YosysError, SimulationError, NextpnrError, DesignTooLarge) as error:
        report.failures.append(f"{description}: {error}")


def _cache() -> Path:
    from training.data import cache_folder

    return cache_folder() / "synthesis"


def _synthesize(
    report: RtlReport, design: RtlDesign, target: str, options: RtlOptions, step: Step
) -> None:
    """Cells of each module and, where that works, of the whole network."""
    from hls_projects.synthesis import sum_cells, synthesize_layers, synthesize_verilog

    figures = report.resources[f"RTL, {target}"]
    limits = {"cache": _cache(), "seconds": options.seconds}
    description = f"synthesizing each module for {target}"
    with _tolerated(report, description), step(description):
        modules = synthesize_layers(design.verilog, target, **limits)
        figures.update(cell_figures(sum_cells(modules.values()), target, Source.YOSYS_SUM))
        report.modules += module_records(target, modules)
    description = f"synthesizing Verilog for {target}"
    with _tolerated(report, description), step(description):
        cells = synthesize_verilog(design.verilog, target, **limits)
        figures.update(cell_figures(cells, target))
        report.modules += module_records(target, {WHOLE: cells})


def _place(design: RtlDesign, options: RtlOptions) -> PlacedDesign:
    from hls_projects.place_and_route import place_and_route

    folder = design.verilog.parent
    return place_and_route(
        design.verilog, cache=_cache(), folder=folder, seconds=options.seconds
    )
