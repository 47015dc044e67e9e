"""Verilog of a network: written, simulated, proven, synthesized, placed and routed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.conversion.options import RtlOptions
from hls_projects.conversion.readme import write_rtl_readme
from hls_projects.conversion.rtl.trade_off import trade_offs
from hls_projects.conversion.rtl.verilog_design import Verilog, VerilogDesign, tolerated
from hls_projects.conversion.rtl.verilog_proof import prove_class_of, prove_written
from hls_projects.families import ECP5, FAMILIES, GENERIC, XILINX, Family, family_of_flow
from hls_projects.network.raw_inputs import raw_values
from hls_projects.rtl.emit.testbench import SAMPLES, write_testbench
from hls_projects.rtl.emit.timed_top import write_timed_top
from hls_projects.tools.routers import ROUTERS
from qkeras_models.files.run_folder import RunFolder

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign, RtlSimulation
    from hls_projects.tools.place_and_route import PlacedDesign

Step = Callable[[str], Any]
# Of a constraint where no model knows better, in ns.
DEFAULT_PERIOD = 10.0


def convert_to_rtl(
    network: IntegerNetwork, x: np.ndarray, folder: Path, options: RtlOptions, step: Step
) -> Verilog:
    """Writes folder/rtl, simulates it on all samples, synthesizes it for each target.

    A tool that fails or reaches its limit is a failure in the result; the rest goes on.

    Args:
        network: what hardware must compute, of raw values where options say so.
        x: float samples (n, *shape).
        folder: the run's; mismatch.json goes to its report/ if an integer logit differs.
        options: what is wanted.
        step: a context manager around each long step, given its description.

    Raises:
        ExactnessError: if simulation and network differ.
        ValueError: for samples that are no raw values, where those are to enter.
    """
    found, expected = Verilog(), network.predict(x)
    raw, network = options.raw_bits is not None, options.built(network)
    x_int = raw_values(network, x) if raw else network.input.quantize(x)
    for family in _families(options):
        targets = tuple(t for t in options.targets if family_of_flow(t) is family)
        design = _write(network, family, folder, options, step)
        write_testbench(design, x_int[:SAMPLES], expected[:SAMPLES])
        timed = write_timed_top(design, _period(design, options))
        written = VerilogDesign(family, design, timed, targets=targets)
        found.designs.append(written)
        with tolerated(found, f"simulating Verilog for {family.name}"):
            written.simulation = _simulate(design, x_int, expected, folder, options, step)
        prove_written(found, network, written, options, step)
        prove_class_of(found, network, written, options, step)
        for target in targets:
            _synthesize(found, written, target, options, step)
        if options.place and family.name in options.placed:
            name = ROUTERS[family.name].name
            description = f"placing and routing for {name}, which takes minutes"
            with tolerated(found, description), step(description):
                written.placed = _place(design, family, options)
        if options.trade_off:
            with step(f"building Verilog for {family.name} of every goal"):
                found.trade_offs += trade_offs(network, family, options.clock_period)
    return found


def _period(design: RtlDesign, options: RtlOptions) -> float:
    """Of the constraint that is written: the clock asked for, or what the delay model allows."""
    if options.clock_period is not None:
        return options.clock_period
    return DEFAULT_PERIOD if design.period is None else math.ceil(10 * design.period) / 10


def _families(options: RtlOptions) -> Sequence[Family]:
    """Whose Verilog to write: for every target, that of Xilinx where none is given."""
    wanted = [family_of_flow(target) for target in options.targets]
    wanted += [FAMILIES[name] for name in options.placed] if options.place else []
    wanted += [ECP5] if options.board else []
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
    design: RtlDesign,
    x_int: np.ndarray,
    expected: np.ndarray,
    folder: Path,
    options: RtlOptions,
    step: Step,
) -> RtlSimulation:
    """The simulation, once every logit is equal."""
    from hls_projects.rtl import RtlSimulation

    with step("compiling the Verilog simulation"):
        simulation = RtlSimulation(design, seconds=options.seconds)
    with step(f"simulating Verilog on {len(x_int):,} samples"):
        _compare(expected, simulation.predict(x_int), folder)
    return simulation


def _compare(expected: np.ndarray, received: np.ndarray, folder: Path) -> None:
    from hls_projects.verification.mismatch import ExactnessError, describe, write_mismatch

    if np.array_equal(expected, received):
        return
    mismatch = describe("integer network", "RTL simulation", expected, received, None)
    where = write_mismatch(mismatch, RunFolder(folder).report)
    raise ExactnessError(f"{mismatch}; details in {where}", mismatch)


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


def _place(design: RtlDesign, family: Family, options: RtlOptions) -> PlacedDesign:
    from hls_projects.tools.place_and_route import place_and_route

    folder = design.verilog.parent
    return place_and_route(
        design.verilog, family=family.name, cache=_cache(), folder=folder, seconds=options.seconds
    )
