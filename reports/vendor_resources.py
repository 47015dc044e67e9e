"""Figures of a vendor tool's report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.record import Figure, Resources, Source

# Names of hls4ml's report; Vitis writes DSP where Vivado HLS wrote DSP48E.
_COUNTS = {
    "luts": ("LUT", ("LUT",)),
    "ffs": ("FF", ("FF",)),
    "brams": ("BRAM", ("BRAM_18K", "BRAM_36K")),
    "dsps": ("DSP", ("DSP", "DSP48E")),
    "latency_cycles": ("cycles", ("WorstLatency",)),
    "ii": ("cycles", ("IntervalMax",)),
}
_SECTIONS = {
    "CSynthesisReport": ("csynth", Source.CSYNTH),
    "VivadoSynthReport": ("vsynth", Source.IMPL),
    "ImplementationReport": ("impl", Source.IMPL),
}


def vendor_resources(backend: str, report: Mapping[str, Mapping[str, Any]]) -> Resources:
    """Figures by design, ``Vitis csynth`` and so on, from ``vendor_tools.read_report``.

    Args:
        backend: named in the design's heading.
        report: sections of numbers; what a section lacks is n/a.
    """
    return {
        f"{backend} {name}": _figures(report[section], source)
        for section, (name, source) in _SECTIONS.items()
        if section in report
    }


def _figures(section: Mapping[str, Any], source: Source) -> dict[str, Figure]:
    figures = {}
    for metric, (unit, names) in _COUNTS.items():
        value = next((section[name] for name in names if name in section), None)
        number = value if isinstance(value, (int, float)) else None
        figures[metric] = Figure(number, unit, None if number is None else source)
    period = section.get("EstimatedClockPeriod")
    if isinstance(period, (int, float)) and period > 0:
        figures["fmax_mhz"] = Figure(1e3 / period, "MHz", source)
    return figures
