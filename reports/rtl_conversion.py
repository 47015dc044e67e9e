"""Verilog of a network: written, simulated, proven exact, synthesized."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign
    from hls_projects.synthesis import Cells

CARRY_NOTE = "CARRY4 cells; two make one CARRY8 of UltraScale+"


def convert_to_rtl(
    network: IntegerNetwork,
    x: np.ndarray,
    folder: Path,
    targets: Sequence[str],
    step: Callable[[str], Any],
) -> Resources:
    """Writes folder/rtl, simulates it on all samples, synthesizes it for each target.

    Args:
        network: what hardware must compute.
        x: float samples (n, *shape).
        folder: the run's; mismatch.json goes to its report/ if an integer logit differs.
        targets: of hls_projects.synthesis, may be empty.
        step: a context manager around each long step, given its description.

    Returns:
        Figures by design, for the report.

    Raises:
        ExactnessError: if simulation and network differ.
        YosysError: if synthesis fails or reaches a limit.
    """
    from hls_projects.rtl import RtlSimulation, write_rtl

    with step("writing Verilog"):
        design = write_rtl(network, folder / "rtl")
    with step("compiling the Verilog simulation"):
        simulation = RtlSimulation(design)
    with step(f"simulating Verilog on {len(x):,} samples"):
        x_int = network.input.quantize(x)
        _compare(network.predict_integers(x_int), simulation.predict(x_int), folder)
    designs = {}
    for target in targets:
        with step(f"synthesizing Verilog for {target}"):
            designs[f"RTL, {target}"] = _figures(simulation.latency, _synthesize(design, target))
    return designs or {"RTL": _figures(simulation.latency, None)}


def _compare(expected: np.ndarray, received: np.ndarray, folder: Path) -> None:
    from hls_projects.mismatch import ExactnessError, describe, write_mismatch

    if np.array_equal(expected, received):
        return
    mismatch = describe("integer network", "RTL simulation", expected, received, None)
    where = write_mismatch(mismatch, folder / "report")
    raise ExactnessError(f"{mismatch}; details in {where}", mismatch)


def _synthesize(design: RtlDesign, target: str) -> Cells:
    from hls_projects.synthesis import synthesize_verilog
    from training.data import cache_folder

    return synthesize_verilog(design.verilog, target, cache=cache_folder() / "synthesis")


def _figures(latency: int | None, cells: Cells | None) -> dict[str, Figure]:
    timing = {
        "latency_cycles": Figure(latency, "cycles", Source.MEASURED),
        "ii": Figure(1, "cycles", Source.MEASURED),
    }
    if cells is None:
        return timing
    return {
        "luts": Figure(cells.luts, "LUT", Source.YOSYS),
        "ffs": Figure(cells.ffs, "FF", Source.YOSYS),
        "brams": Figure(cells.brams, "BRAM", Source.YOSYS),
        "dsps": Figure(cells.dsps, "DSP", Source.YOSYS),
        "carries": Figure(cells.carries, "CARRY4", Source.YOSYS, CARRY_NOTE),
        **timing,
    }
