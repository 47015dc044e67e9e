"""Figures that say where they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class Source(str, Enum):
    """Where a figure comes from; ``description`` explains it to a reader."""

    COUNTED = "counted"
    ESTIMATE = "estimate"
    YOSYS = "yosys"
    YOSYS_SUM = "yosys, sum"
    DELAYS = "delay model"
    NEXTPNR = "nextpnr"
    CSYNTH = "csynth"
    IMPL = "impl"
    CSIM = "csim"
    MEASURED = "measured"

    @property
    def description(self) -> str:
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    Source.COUNTED: "counted from the weights, or in the written design",
    Source.ESTIMATE: "estimated by this project's cost model",
    Source.YOSYS: "synthesized by Yosys",
    Source.YOSYS_SUM: "modules synthesized by Yosys one by one, and summed",
    Source.DELAYS: "slowest path of the written logic by typical delays of its cells",
    Source.NEXTPNR: "placed and routed by nextpnr",
    Source.CSYNTH: "C synthesis report of the vendor's tool, an estimate before implementation",
    Source.IMPL: "implementation report of the vendor's tool, after place and route",
    Source.CSIM: "C-simulation of the HLS project",
    Source.MEASURED: "measured by running it",
}


@dataclass(frozen=True)
class Figure:
    """A number with its unit and source, or the lack of one.

    Args:
        value: a finite number; None if it is not available.
        unit: such as ``LUT6``, ``cycles`` or ``ns``; may be empty.
        source: where it comes from; may be None only without a value.
        note: printed once as a footnote below the table, such as a device or an error bound.

    Raises:
        ValueError: for a value that is no finite number or that has no source.

    Example:
        >>> str(Figure(9224, "LUT6", Source.YOSYS))
        '9,224 LUT6 (yosys)'
        >>> str(Figure(None, "MHz"))
        'n/a'
    """

    value: int | float | None
    unit: str = ""
    source: Source | None = None
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _plain(self.value))
        if self.source is not None:
            object.__setattr__(self, "source", Source(self.source))
        elif self.value is not None:
            raise ValueError(f"`source` must be given with a value. Received: {self.value!r}")

    def __str__(self) -> str:
        return self.text()

    def text(self, default_unit: str = "") -> str:
        """Value, unit unless it is ``default_unit`` (the table states that one), and source."""
        if self.value is None:
            return NOT_AVAILABLE
        unit = f" {self.unit}" if self.unit not in ("", default_unit) else ""
        return f"{number_text(self.value)}{unit} ({self.source.value})"

    def record(self) -> dict[str, Any]:
        """JSON values of all fields."""
        return asdict(self) | {"source": None if self.source is None else self.source.value}


NOT_AVAILABLE = "n/a"


def number_text(value: int | float) -> str:
    """Digits in groups of three; floats with two decimals, or three digits below 1."""
    if isinstance(value, int):
        return f"{value:,d}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Metric:
    """A row of the resource and latency table: key of its figures, label, usual unit.

    `optional` rows stand there only if a design has the figure.
    """

    key: str
    label: str
    unit: str
    optional: bool = False


RESOURCE_METRICS = (
    Metric("luts", "LUT", "LUT"),
    Metric("positions", "LUT positions", "positions", optional=True),
    Metric("ffs", "FF", "FF"),
    Metric("carries", "Carry cells", ""),
    Metric("brams", "BRAM", "BRAM"),
    Metric("dsps", "DSP", "DSP"),
    Metric("latency_cycles", "Latency (cycles)", "cycles"),
    Metric("latency_ns", "Latency (ns)", "ns"),
    Metric("ii", "II (cycles)", "cycles"),
    Metric("fmax_mhz", "Fmax (MHz)", "MHz"),
)

OTHER_LABELS = {
    "encoder_luts": "LUT of input comparators",
    "images_a_second": "Images a second",
    "buffer_bits": "Line buffers (bits)",
    "rom_bits": "ROM (bits)",
}
"""Rows that only some designs have, and that no comparison of networks shows."""

Resources = Mapping[str, Mapping[str, Figure]]
"""Figures by design (such as ``Yosys, xilinx``) and then by key of a metric."""


def checked_resources(resources: Resources) -> dict[str, dict[str, Figure]]:
    """A copy of ``resources``; ValueError names what is no Figure."""
    for design, figures in resources.items():
        if not isinstance(figures, Mapping):
            raise ValueError(
                f"`resources[{design!r}]` must map metrics to Figures. "
                f"Received: {type(figures).__name__}"
            )
        for key, figure in figures.items():
            if not isinstance(figure, Figure):
                raise ValueError(
                    f"`resources[{design!r}][{key!r}]` must be a Figure. Received: {figure!r}"
                )
    return {design: dict(figures) for design, figures in resources.items()}


def metrics_of(resources: Resources) -> tuple[Metric, ...]:
    """The usual metrics, then every other one that a design has, in order of appearance."""
    known = {metric.key for metric in RESOURCE_METRICS}
    others = {
        key: figure.unit
        for figures in resources.values()
        for key, figure in figures.items()
        if key not in known
    }
    usual = tuple(
        metric
        for metric in RESOURCE_METRICS
        if not metric.optional or any(metric.key in figures for figures in resources.values())
    )
    return usual + tuple(
        Metric(key, OTHER_LABELS.get(key) or (f"{key} ({unit})" if unit else key), unit)
        for key, unit in others.items()
    )


def _plain(value: Any) -> int | float | None:
    if value is None:
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"`value` must be a finite number or None. Received: {value!r}")
    return value
