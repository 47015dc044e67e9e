"""csynth.xml, the C synthesis report of Vivado HLS and Vitis HLS."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree import ElementTree

SIZE_LIMIT = 64 << 20

# Vivado HLS called DSP48E what Vitis HLS calls DSP.
_RENAMED = {"DSP48E": "DSP"}


@dataclass(frozen=True)
class CSynthReport:
    """One solution's figures; what the report lacks is None, never 0.

    Attributes:
        solution: name of the solution's folder, or of the file's.
        version: of the tool, such as 2019.2.
        part, top: FPGA part and top function.
        target_period, estimated_period: ns.
        best_latency, worst_latency, interval_min, interval_max: clock cycles.
        resources, available: by name: LUT, FF, DSP, BRAM_18K, URAM.
    """

    solution: str
    version: str | None = None
    part: str | None = None
    top: str | None = None
    target_period: float | None = None
    estimated_period: float | None = None
    best_latency: int | None = None
    worst_latency: int | None = None
    interval_min: int | None = None
    interval_max: int | None = None
    resources: dict[str, int] = field(default_factory=dict)
    available: dict[str, int] = field(default_factory=dict)


def read_csynth(path: str | Path, solution: str | None = None) -> CSynthReport:
    """Reads one report.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it is no csynth.xml, too large, or declares entities.
    """
    path = Path(path)
    root = _parse(path)
    latency = "PerformanceEstimates/SummaryOfOverallLatency"
    return CSynthReport(
        solution=solution or path.stem,
        version=_text(root, "ReportVersion/Version"),
        part=_text(root, "UserAssignments/Part"),
        top=_text(root, "UserAssignments/TopModelName"),
        target_period=_float(root, "UserAssignments/TargetClockPeriod"),
        estimated_period=_float(
            root, "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod"
        ),
        best_latency=_integer(root, f"{latency}/Best-caseLatency"),
        worst_latency=_integer(root, f"{latency}/Worst-caseLatency"),
        interval_min=_integer(root, f"{latency}/Interval-min"),
        interval_max=_integer(root, f"{latency}/Interval-max"),
        resources=_counts(root, "AreaEstimates/Resources"),
        available=_counts(root, "AreaEstimates/AvailableResources"),
    )


def _parse(path: Path) -> ElementTree.Element:
    if path.stat().st_size > SIZE_LIMIT:
        raise ValueError(f"{path} is larger than {SIZE_LIMIT >> 20} MiB, too large for a report")
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(path.read_bytes(), forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError(
            f"{path} declares a document type or entities, which no report does"
        ) from None
    except (ParseError, LookupError, ValueError) as error:
        raise ValueError(f"{path} is no valid XML: {error}") from None
    if root.tag != "profile":
        raise ValueError(f"{path} must hold a <profile>. Received: <{root.tag}>")
    return root


def _text(root: ElementTree.Element, where: str) -> str | None:
    text = (root.findtext(where) or "").strip()
    return text or None


def _float(root: ElementTree.Element, where: str) -> float | None:
    return _number(_text(root, where))


def _integer(root: ElementTree.Element, where: str) -> int | None:
    # Loops of unknown length have latency "undef" or "?".
    number = _number(_text(root, where))
    return None if number is None else int(number)


def _number(text: str | None) -> float | None:
    try:
        number = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _counts(root: ElementTree.Element, where: str) -> dict[str, int]:
    found = root.find(where)
    counts = {}
    for child in [] if found is None else found:
        number = _number(child.text)
        if number is not None:
            counts[_RENAMED.get(child.tag, child.tag)] = int(number)
    return counts
