"""Plot of latency against LUTs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.comparison.compared_network import Group
from reports.comparison.published import published_designs
from reports.plots.over_luts.label_placement import label_points
from reports.plots.over_luts.lut_points import (
    MARKERS,
    OTHER_MARKER,
    lut_legend,
    lut_points,
    network_colors,
    paint_diamonds,
)
from reports.plots.svg import draw_svg, log_x_axis, plain_axes
from reports.records.record import Source

if TYPE_CHECKING:
    import matplotlib.figure


def latency_luts_plot(groups: Sequence[Group], data: str | None = None) -> str | None:
    """SVG: latency over LUTs, both logarithmic, accuracies at the points; None without latencies.

    Ours are mean LUT cells and latency by the delay model of groups whose LUTs were not estimated.

    Args:
        groups: of any architecture, ablations and trials of a search left out.
        data: set whose published designs stand there too, as published_data names it.
    """
    own = [
        (point, latency) for point in lut_points(groups)
        if point.source is not Source.ESTIMATE and not point.group.trial
        and (latency := point.group.spread("latency_ns"))
    ]
    if not own:
        return None
    theirs = [d for d in published_designs(data) if d.luts and d.latency_ns] if data else []

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        colors = network_colors(point for point, _ in own)
        places = [(float(d.luts), d.latency_ns, f"{d.name}, {d.accuracy:g} %") for d in theirs]
        paint_diamonds(axes, places)
        for point, latency in own:
            place = point.luts.mean, latency.mean
            axes.plot(*place, MARKERS.get(point.source, OTHER_MARKER)[0], markersize=6,
                      color=colors[point.group.network])
            places.append((*place, f"{100 * point.accuracy.mean:.1f} %"))
        log_x_axis(axes)
        axes.set_yscale("log")
        axes.set_yticks(ticks := _inside(axes.get_ylim()), [f"{tick:,g}" for tick in ticks])
        axes.set_yticks([], minor=True)
        axes.set_xlabel("LUT cells (logarithmic)")
        axes.set_ylabel("latency in ns (logarithmic)")
        plain_axes(axes, "both")
        handles = lut_legend([point for point, _ in own], colors, bool(theirs))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        label_points(axes, places, [place[:2] for place in places])

    return draw_svg(7.4, 5.6, paint)


def _inside(limits: tuple[float, float]) -> list[float]:
    """1, 2, 5, 10, … within limits."""
    steps = (step * 10.0**power for power in range(-1, 7) for step in (1, 2, 5))
    return [step for step in steps if limits[0] <= step <= limits[1]]
