"""Plots of accuracy against sparsity and against LUTs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reports.compared_network import METHODS, Group, sparsity_text
from reports.hardware_table import hardware_spreads
from reports.label_placement import label_points
from reports.published import published_designs
from reports.record import Source
from reports.svg import COLORS, draw_svg, plain_axes, plain_label

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from reports.spread import Spread

DENSE = ("float", "binary", "ternary")
SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998)
MARKERS = {
    Source.ESTIMATE: ("s", COLORS[1], "here, estimate"),
    Source.YOSYS: ("o", COLORS[0], "here, synthesized (Yosys)"),
    Source.NEXTPNR: ("P", COLORS[2], "here, placed and routed (nextpnr)"),
    Source.CSYNTH: ("^", COLORS[3], "here, C synthesis of a vendor tool"),
    Source.IMPL: ("v", COLORS[5], "here, vendor tool"),
}


def accuracy_sparsity_plot(groups: Sequence[Group]) -> str | None:
    """SVG: mean test accuracy ± sd over sparsity, dense networks as horizontal lines.

    The axis is logarithmic in the share of nonzeros.  None if nothing can be drawn.

    Args:
        groups: of one architecture.
    """
    drawn = [group for group in groups if group.spread("test_accuracy")]
    dense = [group for group in drawn if group.method in DENSE]
    sparse = [group for group in drawn if group not in dense and group.spread("sparsity")]
    if not sparse:
        return None

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        for place, group in enumerate(dense):
            _paint_reference(axes, group, COLORS[(3, 7, 4, 5)[place % 4]])
        for place, series in enumerate(dict.fromkeys(group.series for group in sparse)):
            _paint_series(axes, [group for group in sparse if group.series == series], place)
        _density_axis(axes, sparse)
        axes.set_ylabel("test accuracy (%)")
        plain_axes(axes, "both")
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)

    return draw_svg(4.8, 3.9, paint)


def accuracy_luts_plot(groups: Sequence[Group], published: bool = True) -> str | None:
    """SVG: accuracy over LUTs, each source with its own marker; None if no group has LUTs.

    Args:
        groups: of any architecture.
        published: whether the published designs for MNIST stand there too.
    """
    own = list(_lut_points(groups))
    if not own:
        return None

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        theirs = _paint_published(axes) if published else []
        for source in dict.fromkeys(point[2] for point in own):
            _paint_source(axes, source, [point for point in own if point[2] is source])
        _lut_axis(axes)
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
        places = [(float(luts.mean), 100 * accuracy.mean) for luts, accuracy, *_ in own]
        ours = [(*place, point[3]) for place, point in zip(places, own, strict=True)]
        label_points(axes, theirs + ours, [(x, y) for x, y, _ in theirs] + places)

    return draw_svg(7.4, 5.2, paint)


def _paint_published(axes: matplotlib.axes.Axes) -> list[tuple[float, float, str]]:
    """Draws them and gives the places of their labels."""
    designs = published_designs()
    axes.plot(
        [design.luts for design in designs],
        [design.accuracy for design in designs],
        "D", color="#999999", markerfacecolor="none", markersize=5,
        label="published, vendor tool (Vivado)",
    )  # fmt: skip
    return [(float(design.luts), design.accuracy, design.name) for design in designs]


def _paint_reference(axes: matplotlib.axes.Axes, group: Group, color: str) -> None:
    accuracy = group.spread("test_accuracy")
    axes.axhline(
        100 * accuracy.mean, color=color, linestyle="--", linewidth=1.3,
        label=plain_label(group.label),
    )  # fmt: skip


def _paint_series(axes: matplotlib.axes.Axes, groups: Sequence[Group], place: int) -> None:
    ordered = sorted(groups, key=lambda group: group.spread("sparsity").mean)
    accuracies = [group.spread("test_accuracy") for group in ordered]
    own = groups[0].series == METHODS["sparse"]
    axes.errorbar(
        [1 - group.spread("sparsity").mean for group in ordered],
        [100 * accuracy.mean for accuracy in accuracies],
        [100 * (accuracy.sd or 0.0) for accuracy in accuracies],
        fmt="o-" if own else "os^vPX*"[place % 7],
        color=COLORS[0] if own else COLORS[(1, 2, 5, 3, 4, 7)[place % 6]],
        markersize=5, linewidth=1.5, elinewidth=1.0, capsize=2.5,
        label=plain_label(groups[0].series),
    )  # fmt: skip


def _density_axis(axes: matplotlib.axes.Axes, groups: Sequence[Group]) -> None:
    densities = [max(1 - group.spread("sparsity").mean, 1e-4) for group in groups]
    low, high = min(densities) / 1.35, min(max(densities) * 1.35, 1.0)
    axes.set_xscale("log")
    axes.set_xlim(high, low)
    ticks = [1 - share for share in SPARSITIES if low <= 1 - share <= high]
    axes.set_xticks(ticks, [sparsity_text(1 - tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("weights that are 0 (share of nonzeros on a logarithmic axis)")


def _lut_points(groups: Sequence[Group]) -> Iterator[tuple[Spread, Spread, Source, str]]:
    architectures = {group.network for group in groups}
    for group in groups:
        accuracy = group.spread("test_accuracy")
        for (_, source), luts in hardware_spreads(group, "luts").items():
            if accuracy:
                prefix = f"{group.network}, " if len(architectures) > 1 else ""
                yield luts, accuracy, source, plain_label(prefix + group.label)


def _paint_source(
    axes: matplotlib.axes.Axes, source: Source, points: Sequence[tuple[Spread, Spread, Source, str]]
) -> None:
    marker, color, label = MARKERS.get(source, ("X", COLORS[4], f"here, {source.value}"))
    axes.errorbar(
        [luts.mean for luts, *_ in points],
        [100 * accuracy.mean for _, accuracy, *_ in points],
        yerr=[100 * (accuracy.sd or 0.0) for _, accuracy, *_ in points],
        xerr=[luts.sd or 0.0 for luts, *_ in points],
        fmt=marker, color=color, markersize=6, elinewidth=1.0, label=label,
    )  # fmt: skip


def _lut_axis(axes: matplotlib.axes.Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.margins(x=0.08, y=0.08)
    axes.set_xlabel("LUTs (logarithmic)")
    axes.set_ylabel("test accuracy (%)")
    plain_axes(axes, "both")
