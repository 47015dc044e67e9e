"""Plot of accuracy against LUTs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.comparison.compared_network import Group, metric_of
from reports.comparison.published import PublishedDesign, published_designs
from reports.plots.error_axis import error_axis
from reports.plots.over_luts.label_placement import label_points
from reports.plots.over_luts.lut_points import (
    MARKERS,
    OTHER_MARKER,
    LutPoint,
    lut_legend,
    lut_points,
    network_colors,
    paint_diamonds,
)
from reports.plots.svg import draw_svg, log_x_axis, plain_axes
from reports.records.record import Source

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure


def accuracy_luts_plot(groups: Sequence[Group], data: str | None = None) -> str | None:
    """SVG: accuracy over LUTs, each source with its own marker; None if no group has LUTs.

    Ours are LUT cells, with a bar to the LUT positions that they occupy where those are known.
    The axis of accuracy is logarithmic in the error.  Ablations are left out, unless they are a
    user's runs.

    Args:
        groups: of any architecture.
        data: set whose published designs stand there too, as published_data names it.
    """
    own = list(lut_points(groups))
    published = [design for design in published_designs(data) if design.luts] if data else []
    if not own:
        return None

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        theirs = _paint_published(axes, published)
        colors = network_colors(own)
        for point in own:
            _paint_point(axes, point, colors[point.group.network])
        _lut_axis(axes, metric_of(point.group for point in own))
        handles = lut_legend(own, colors, bool(published))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        ours = [(*point.place, point.label) for point in own]
        labelled = [point for point in theirs + ours if point[2]]
        label_points(axes, labelled, [point[:2] for point in theirs + ours])

    return draw_svg(7.4, 5.6, paint)


def _paint_published(
    axes: matplotlib.axes.Axes, designs: Sequence[PublishedDesign]
) -> list[tuple[float, float, str]]:
    """Draws them and gives the places of their labels."""
    places = [(float(design.luts), design.accuracy, design.name) for design in designs]
    paint_diamonds(axes, places)
    return places


def _paint_point(axes: matplotlib.axes.Axes, point: LutPoint, color: str) -> None:
    marker, _ = MARKERS.get(point.source, OTHER_MARKER)
    if point.positions is not None:
        across = [point.luts.mean, point.positions]
        axes.plot(across, [point.place[1]] * 2, color=color, linewidth=3, alpha=0.35)
    axes.errorbar(
        *point.place, 100 * (point.accuracy.sd or 0.0), point.luts.sd or 0.0,
        fmt=marker, color=color, markersize=6, elinewidth=1.0,
        markerfacecolor="none" if point.source is Source.ESTIMATE else color,
    )


def _lut_axis(axes: matplotlib.axes.Axes, metric: str) -> None:
    log_x_axis(axes)
    axes.margins(x=0.08, y=0.08)
    axes.set_xlabel("LUT cells, and with a bar the LUT positions they occupy (logarithmic)")
    error_axis(axes)
    axes.set_ylabel(f"test {metric} (%), logarithmic in the error")
    plain_axes(axes, "both")
