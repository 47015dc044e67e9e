"""Plot of accuracy against LUTs times latency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.comparison.compared_network import Group, metric_of
from reports.comparison.published import published_designs
from reports.plots.error_axis import error_axis
from reports.plots.over_luts.label_placement import label_points
from reports.plots.over_luts.lut_points import (
    lut_legend,
    lut_points,
    network_colors,
    paint_diamonds,
)
from reports.plots.svg import draw_svg, log_x_axis, plain_axes

if TYPE_CHECKING:
    import matplotlib.figure


def accuracy_luts_ns_plot(groups: Sequence[Group], data: str | None = None) -> str | None:
    """SVG: accuracy over LUT cells times ns; None if these are not known of any group.

    Ours are `fast_luts` · `fast_ns` of a record, means over seeds; ablations are left out.

    Args:
        groups: of any architecture.
        data: set whose published designs stand there too, as published_data names it.
    """
    own = []
    for point in lut_points(groups):
        luts, ns = point.group.spread("fast_luts"), point.group.spread("fast_ns")
        if luts and ns:
            own.append((point, (luts.mean * ns.mean, point.place[1])))
    if not own:
        return None
    theirs = [
        (d.luts * d.latency_ns, d.accuracy, d.name)
        for d in (published_designs(data) if data else ()) if d.luts and d.latency_ns
    ]

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        paint_diamonds(axes, theirs)
        colors = network_colors(point for point, _ in own)
        for point, place in own:
            axes.errorbar(*place, 100 * (point.accuracy.sd or 0.0), fmt="o", markersize=6,
                          color=colors[point.group.network], elinewidth=1.0)
        log_x_axis(axes)
        axes.margins(x=0.08, y=0.08)
        axes.set_xlabel("LUT cells × latency in ns (logarithmic)")
        error_axis(axes)
        metric = metric_of(point.group for point, _ in own)
        axes.set_ylabel(f"test {metric} (%), logarithmic in the error")
        plain_axes(axes, "both")
        handles = lut_legend([], colors, bool(theirs))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        places = theirs + [(*place, point.label) for point, place in own]
        label_points(axes, [p for p in places if p[2]], [p[:2] for p in places])

    return draw_svg(7.4, 5.6, paint)
