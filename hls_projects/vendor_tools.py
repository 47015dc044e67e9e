"""Vivado HLS and Vitis HLS, run through hls4ml if they are installed."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hls4ml.model import ModelGraph

PROGRAMS = {"Vivado": ("vivado_hls",), "Vitis": ("vitis-run", "vitis_hls")}
PRODUCTS = {"Vivado": "Vivado HLS (up to 2020.1)", "Vitis": "Vitis HLS (2020.2 or later)"}
SECTIONS = ("CSynthesisReport", "VivadoSynthReport", "ImplementationReport", "TimingReport")

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

Report = dict[str, dict[str, Any]]


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


def synthesize(hls_model: ModelGraph, backend: str | None = None) -> Report:
    """Runs C synthesis of a written project and returns the vendor's figures.

    Args:
        hls_model: the model; ``.write()`` has been called.
        backend: the model's own by default.

    Returns:
        hls4ml's report, numbers as numbers: ``{"CSynthesisReport": {"LUT": 9224, …}, …}`` with
        those of its sections that the tool made.

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


def read_report(project: str | Path) -> Report:
    """The figures that a vendor tool left in a project, without running anything.

    Raises:
        VendorToolError: if it left none.
    """
    from hls4ml.report import parse_vivado_report

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            raw = parse_vivado_report(str(project))
    except (IndexError, KeyError, AttributeError, OSError, SyntaxError) as error:
        raise VendorToolError(f"no readable report in {project}: {error!r}") from error
    report = clean_report(raw or {})
    if "CSynthesisReport" not in report:
        raise VendorToolError(f"no C synthesis report in {project}")
    return report


def clean_report(raw: dict[str, Any]) -> Report:
    """hls4ml's report with numbers as numbers, and without empty and simulation sections."""
    return {
        section: {name: _number(value) for name, value in raw[section].items()}
        for section in SECTIONS
        if raw.get(section)
    }


def _number(value: Any) -> Any:
    """An int or float where a report's text is one, the text itself elsewhere."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace(",", "")
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return value.strip()
