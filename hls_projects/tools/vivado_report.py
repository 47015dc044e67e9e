"""Vivado's utilization and timing reports, of synthesis and of implementation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# Site types of UltraScale(+), then of 7-series; a star marks a footnote.
_SITES = {
    "luts": ("CLB LUTs", "Slice LUTs"),
    "ffs": ("CLB Registers", "Slice Registers"),
    "carries": ("CARRY8", "CARRY4"),
    "brams": ("Block RAM Tile",),
    "urams": ("URAM",),
    "dsps": ("DSPs", "DSP Slices"),
}


@dataclass(frozen=True)
class Utilization:
    """Sites in use; what the report lacks is None.  brams counts RAMB36, so it can end in .5."""

    luts: int | None = None
    ffs: int | None = None
    carries: int | None = None
    brams: float | None = None
    urams: int | None = None
    dsps: int | None = None


@dataclass(frozen=True)
class Timing:
    """Worst negative slack of setup and the clock's period, ns; what is lacking is None."""

    worst_slack: float | None = None
    period: float | None = None

    @property
    def fmax_mhz(self) -> float | None:
        """1000 / (period − worst slack), if both are known."""
        if self.worst_slack is None or self.period is None:
            return None
        return 1000.0 / (self.period - self.worst_slack)


def read_utilization(path: str | Path) -> Utilization:
    """Reads a report of ``report_utilization``.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it holds no table of site types.
    """
    rows: dict[str, float] = {}
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.lstrip().startswith("|") and len(cells) >= 2:
            name, used = cells[0].rstrip("*"), _number(cells[1])
            if used is not None:
                rows.setdefault(name, used)
    found = {
        metric: next((rows[name] for name in names if name in rows), None)
        for metric, names in _SITES.items()
    }
    if all(value is None for value in found.values()):
        raise ValueError(f"{path} holds no table of site types, as report_utilization writes it")
    return Utilization(**{
        metric: value if value is None or metric == "brams" else int(value)
        for metric, value in found.items()
    })


def read_timing(path: str | Path) -> Timing:
    """Reads a report of ``report_timing_summary``.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it holds neither a timing nor a clock summary.
    """
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    slack = _below(lines, re.compile(r"^\s*WNS\(ns\)\s+TNS\(ns\)"), 0)
    period = _below(lines, re.compile(r"^Clock\s+Waveform\(ns\)\s+Period\(ns\)"), -2)
    if slack is None and period is None:
        raise ValueError(f"{path} holds no timing, as report_timing_summary writes it")
    return Timing(slack, period)


def _below(lines: list[str], heading: re.Pattern[str], position: int) -> float | None:
    """A number of the first row below the first such heading and its rule."""
    for number, line in enumerate(lines):
        if heading.match(line):
            rows = [row for row in lines[number + 1 : number + 4] if row.strip(" -")]
            words = rows[0].split() if rows else []
            return _number(words[position]) if len(words) > 1 else None
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").lstrip("<"))
    except ValueError:
        return None
