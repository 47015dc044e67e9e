"""Figures of a vendor tool's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.records.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.tools.csynth_report import CSynthReport
    from hls_projects.tools.vendor_tools import VendorReport


def vendor_resources(backend: str, report: VendorReport) -> Resources:
    """Figures by design: C synthesis of each solution, then Vivado's synthesis if it ran.

    Args:
        backend: named in the design's heading.
        report: of ``vendor_tools``; what it lacks is n/a.
    """
    designs = {f"{backend} {found.solution}": _csynth(found) for found in report.solutions}
    if report.utilization is not None:
        used, timing = report.utilization, report.timing
        designs["Vivado"] = {
            "luts": _figure(used.luts, "LUT", Source.IMPL),
            "ffs": _figure(used.ffs, "FF", Source.IMPL),
            "brams": _figure(used.brams, "RAMB36", Source.IMPL),
            "dsps": _figure(used.dsps, "DSP", Source.IMPL),
            "fmax_mhz": _figure(timing and timing.fmax_mhz, "MHz", Source.IMPL),
        }
    return designs


def _csynth(report: CSynthReport) -> dict[str, Figure]:
    used, period = report.resources, report.estimated_period
    latency, target = report.worst_latency, report.target_period
    known = latency is not None and target is not None
    return {
        "luts": _figure(used.get("LUT"), "LUT", Source.CSYNTH),
        "ffs": _figure(used.get("FF"), "FF", Source.CSYNTH),
        "brams": _figure(used.get("BRAM_18K"), "BRAM_18K", Source.CSYNTH),
        "dsps": _figure(used.get("DSP"), "DSP", Source.CSYNTH),
        "latency_cycles": _figure(latency, "cycles", Source.CSYNTH),
        "latency_ns": _figure(latency * target if known else None, "ns", Source.CSYNTH),
        "ii": _figure(report.interval_max, "cycles", Source.CSYNTH),
        "fmax_mhz": _figure(1e3 / period if period else None, "MHz", Source.CSYNTH),
    }


def _figure(value: float | None, unit: str, source: Source) -> Figure:
    return Figure(value, unit, None if value is None else source)
