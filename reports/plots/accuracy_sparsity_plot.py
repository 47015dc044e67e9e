"""Plot of accuracy against sparsity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.comparison.compared_network import LABELS, Group, metric_of, sparsity_text
from reports.plots.over_luts.lut_points import (
    DENSE,
)
from reports.plots.svg import METHOD_COLORS, draw_svg, plain_axes, plain_label

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


def _accuracy_axis(axes: matplotlib.axes.Axes, metric: str) -> None:
    axes.set_ylim(top=min(axes.get_ylim()[1], 100.0))
    axes.set_ylabel(f"test {metric} (%)")
    plain_axes(axes, "both")
