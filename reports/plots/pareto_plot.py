"""Plot of a search: every trial, the Pareto set, and what was measured of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.plots.svg import COLORS, draw_svg, log_x_axis, plain_axes
from reports.records.search_record import ParetoPoint, SearchRecord

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

ACCURACY = "validation_accuracy"
# Costs that are synthesized for the Pareto set.
SYNTHESIZED = ("luts", "positions")
LABELS = {
    "luts": "LUTs (logarithmic)",
    "positions": "LUT positions (logarithmic)",
    "ffs": "flip-flops (logarithmic)",
    "bits": "bits of an ideal code (logarithmic)",
    "nonzeros": "nonzero weights (logarithmic)",
    "latency_ns": "latency in ns (logarithmic)",
}


def pareto_plot(record: SearchRecord) -> str | None:
    """SVG: first objective over the second; None with one objective, or without finished trials.

    Grey: trials, hollow where they break a constraint.  Line: the Pareto set by validation data
    and estimates.  Filled: the same networks synthesized, on test data, if the objectives are
    accuracy and LUTs or LUT positions.
    """
    finished = [trial for trial in record.trials if trial.figures is not None]
    if len(record.objectives) < 2 or not finished:
        return None
    quality, cost = record.objectives[:2]

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        for feasible, face in ((True, "#999999"), (False, "none")):
            chosen = [trial.figures for trial in finished if trial.feasible == feasible]
            _points(
                axes, [f[cost] for f in chosen], [_shown(quality, f[quality]) for f in chosen],
                face, "trial" if feasible else "trial outside a constraint",
            )
        _paint_pareto(axes, record.pareto, quality, cost)
        if quality == ACCURACY and cost in SYNTHESIZED:
            _paint_measured(axes, record.pareto, cost)
        log_x_axis(axes)
        labels = {**LABELS, ACCURACY: f"{record.metric} (%)"}
        axes.set_xlabel(labels[cost])
        axes.set_ylabel(labels[quality].removesuffix(" (logarithmic)"))
        plain_axes(axes, "both")
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)

    return draw_svg(6.4, 4.6, paint)


def _shown(name: str, value: float) -> float:
    return 100 * value if name == ACCURACY else value


def _points(
    axes: matplotlib.axes.Axes, x: Sequence[float], y: Sequence[float], face: str, label: str
) -> None:
    if x:
        axes.plot(
            x, y, "o", color="#999999", markerfacecolor=face, markersize=3.5, label=label
        )


def _paint_pareto(
    axes: matplotlib.axes.Axes, pareto: Sequence[ParetoPoint], quality: str, cost: str
) -> None:
    places = sorted(
        (point.trial.figures[cost], _shown(quality, point.trial.figures[quality]))
        for point in pareto
    )
    if places:
        axes.plot(
            *zip(*places, strict=True), "s-", color=COLORS[0], markerfacecolor="none",
            markersize=5, linewidth=1.2, label="Pareto set: validation data, estimate",
        )


def _paint_measured(
    axes: matplotlib.axes.Axes, pareto: Sequence[ParetoPoint], cost: str
) -> None:
    found = [point.measured for point in pareto if cost in point.measured]
    if found:
        axes.plot(
            [m[cost] for m in found], [100 * m["test_accuracy"] for m in found], "o",
            color=COLORS[5], markersize=5, label="the same: test data, synthesized (Yosys)",
        )
