"""Vivado HLS and Vitis HLS, run through hls4ml if they are installed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hls_projects.tools.csynth_report import CSynthReport, read_csynth
from hls_projects.tools.vivado_report import Timing, Utilization, read_timing, read_utilization

if TYPE_CHECKING:
    from hls4ml.model import ModelGraph

PROGRAMS = {"Vivado": ("vivado_hls",), "Vitis": ("vitis-run", "vitis_hls")}
PRODUCTS = {"Vivado": "Vivado HLS (up to 2020.1)", "Vitis": "Vitis HLS (2020.2 or later)"}

BUILD_OPTIONS = {
    "reset": 0,
    "csim": 0,
    "synth": 1,
    "cosim": 0,
    "validation": 0,
    "export": 0,
    "vsynth": 0,
    "fifo_opt": 0,
}


@dataclass(frozen=True)
class VendorReport:
    """C synthesis of every solution, and logic synthesis if Vivado ran."""

    solutions: tuple[CSynthReport, ...]
    utilization: Utilization | None = None
    timing: Timing | None = None


class VendorToolError(RuntimeError):
    """A vendor's program is missing, failed, or left no report."""


def find_program(backend: str) -> str:
    """The program that synthesizes projects of a backend.

    Raises:
        VendorToolError: naming the missing program.
        ValueError: for a backend other than Vivado and Vitis.
    """
    names = {name.lower(): name for name in PROGRAMS}
    if backend.lower() not in names:
        raise ValueError(f"`backend` must be one of {', '.join(PROGRAMS)}. Received: {backend!r}")
    backend = names[backend.lower()]
    for program in PROGRAMS[backend]:
        if shutil.which(program):
            return program
    raise VendorToolError(
        f"synthesis for backend {backend} needs {' or '.join(PROGRAMS[backend])} on the PATH, of "
        f"AMD {PRODUCTS[backend]}; none was found. Install it and source its settings64.sh, then "
        "run this again."
    )


def synthesize(hls_model: ModelGraph, backend: str | None = None) -> VendorReport:
    """Runs C synthesis of a written project and returns the vendor's figures.

    Args:
        hls_model: the model; ``.write()`` has been called.
        backend: the model's own by default.

    Returns:
        What the tool reported; None where it reported nothing.

    Raises:
        VendorToolError: if the program is missing, fails or leaves no report.
    """
    backend = backend or hls_model.config.backend.name
    program = find_program(backend)
    project = Path(hls_model.config.get_output_dir())
    for stale in project.glob("*_prj/*/syn/report/*_csynth.xml"):
        stale.unlink()
    try:
        if program == "vitis_hls":
            _run_vitis_hls(project)
        else:
            hls_model.build(csim=False, synth=True)
    except Exception as error:  # hls4ml raises plain Exception when the tool fails
        raise VendorToolError(f"{program} failed in {project}: {error}") from error
    return read_report(project)


def _run_vitis_hls(project: Path) -> None:
    """What hls4ml does for vitis-run, for the releases that have only vitis_hls."""
    options = "".join(f"    {name} {value}\n" for name, value in BUILD_OPTIONS.items())
    (project / "build_opt.tcl").write_text(f"array set opt {{\n{options}}}\n")
    subprocess.run(["vitis_hls", "-f", "build_prj.tcl"], cwd=project, check=True)


def read_report(project: str | Path) -> VendorReport:
    """The figures that vendor tools left in a project, without running anything.

    Raises:
        VendorToolError: if there is no C synthesis report, or one cannot be read.
    """
    project = Path(project)
    utilization, timing = project / "vivado_synth.rpt", project / "vivado_timing.rpt"
    try:
        solutions = tuple(
            read_csynth(path, solution=path.parents[2].name)
            for path in sorted(project.glob("*_prj/*/syn/report/*_csynth.xml"))
            if path.name == f"{path.parents[3].name.removesuffix('_prj')}_csynth.xml"
        )
        report = VendorReport(
            solutions,
            read_utilization(utilization) if utilization.is_file() else None,
            read_timing(timing) if timing.is_file() else None,
        )
    except ValueError as error:
        raise VendorToolError(f"no readable report in {project}: {error}") from error
    if not report.solutions:
        raise VendorToolError(f"no C synthesis report in {project}")
    return report
