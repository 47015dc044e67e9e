"""Plots of accuracy against sparsity and against LUTs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.comparison.compared_network import LABELS, Group, metric_of, sparsity_text
from reports.comparison.published import PublishedDesign, published_designs
from reports.plots.error_axis import error_axis
from reports.plots.label_placement import label_points
from reports.plots.lut_points import (
    DENSE,
    MARKERS,
    OTHER_MARKER,
    LutPoint,
    lut_legend,
    lut_points,
    paint_diamonds,
)
from reports.plots.svg import COLORS, METHOD_COLORS, draw_svg, log_x_axis, plain_axes, plain_label
from reports.records.record import Source

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure


SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998)


def accuracy_sparsity_plot(groups: Sequence[Group]) -> str | None:
    """SVG: mean test accuracy ± sd over sparsity, dense networks as horizontal lines.

    The axis is logarithmic in the share of nonzeros.  None if fewer than two points can be drawn.

    Args:
        groups: of one architecture.
    """
    # Trials of a search differ in architecture too.
    drawn = [group for group in groups if group.spread("test_accuracy") and not group.trial]
    dense = [group for group in drawn if group.method in DENSE]
    sparse = [group for group in drawn if group not in dense and group.spread("sparsity")]
    if len(sparse) < 2:
        return None

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        for group in dense:
            _paint_reference(axes, group)
        for place, series in enumerate(dict.fromkeys(group.series for group in sparse)):
            _paint_series(axes, [group for group in sparse if group.series == series], place)
        _density_axis(axes, sparse)
        _accuracy_axis(axes, metric_of(drawn))
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)

    return draw_svg(4.8, 3.9, paint)


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
        colors = dict(zip(dict.fromkeys(p.group.network for p in own), COLORS * 9, strict=False))
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


def _paint_reference(axes: matplotlib.axes.Axes, group: Group) -> None:
    accuracy = group.spread("test_accuracy")
    axes.axhline(
        100 * accuracy.mean, color=METHOD_COLORS[group.method], linestyle="--", linewidth=1.3,
        label=plain_label(group.label),
    )


def _paint_series(axes: matplotlib.axes.Axes, groups: Sequence[Group], place: int) -> None:
    ordered = sorted(groups, key=lambda group: group.spread("sparsity").mean)
    accuracies = [group.spread("test_accuracy") for group in ordered]
    spread = any(accuracy.sd is not None for accuracy in accuracies)
    own = groups[0].series == LABELS["sparse"]
    axes.errorbar(
        [1 - group.spread("sparsity").mean for group in ordered],
        [100 * accuracy.mean for accuracy in accuracies],
        [100 * (accuracy.sd or 0.0) for accuracy in accuracies] if spread else None,
        fmt="o-" if own else "os^vPX*"[place % 7],
        color=METHOD_COLORS[groups[0].method],
        markersize=5, linewidth=1.5, elinewidth=1.0, capsize=2.5,
        label=plain_label(groups[0].series),
    )


def _density_axis(axes: matplotlib.axes.Axes, groups: Sequence[Group]) -> None:
    densities = [max(1 - group.spread("sparsity").mean, 1e-4) for group in groups]
    low, high = min(densities) / 1.35, min(max(densities) * 1.35, 1.0)
    axes.set_xscale("log")
    axes.set_xlim(high, low)
    ticks = [1 - share for share in SPARSITIES if low <= 1 - share <= high]
    axes.set_xticks(ticks, [sparsity_text(1 - tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("weights that are 0 (share of nonzeros on a logarithmic axis)")


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


def _accuracy_axis(axes: matplotlib.axes.Axes, metric: str) -> None:
    axes.set_ylim(top=min(axes.get_ylim()[1], 100.0))
    axes.set_ylabel(f"test {metric} (%)")
    plain_axes(axes, "both")
