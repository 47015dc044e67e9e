"""Plot of latency against LUT positions, of one network's Verilog for all goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.plots.svg import COLORS, draw_svg, plain_axes

if TYPE_CHECKING:
    import matplotlib.figure

MARKERS = ("o", "s", "^")


def trade_off_plot(records: Sequence[Mapping[str, Any]]) -> str:
    """SVG: latency by the delay model over LUT positions; LUT cells where a family has none.

    A colour is a goal of `--optimize`, a marker the way registers stand.

    Args:
        records: of ``reports.network.breakdown.trade_off.trade_off_records``; the first one's
            family is drawn.
    """
    records = [record for record in records if record["family"] == records[0]["family"]]
    counts = "luts" if records[0]["positions"] is None else "positions"
    goals = list(dict.fromkeys(record["goal"] for record in records))
    ways = list(dict.fromkeys(record["registers"] for record in records))

    def paint(figure: matplotlib.figure.Figure) -> None:
        from matplotlib.lines import Line2D

        axes = figure.subplots()
        for record in records:
            axes.plot(
                record[counts], record["latency_ns"], MARKERS[ways.index(record["registers"])],
                color=COLORS[goals.index(record["goal"])], markersize=7, linestyle="",
            )
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("LUT positions" if counts == "positions" else "LUT cells")
        axes.set_ylabel("latency in ns, delay model")
        plain_axes(axes, "both")
        handles = [
            Line2D([], [], color=COLORS[i], marker="o", linestyle="", label=goal)
            for i, goal in enumerate(goals)
        ] + [
            Line2D([], [], color="#555555", marker=MARKERS[i], linestyle="", label=way)
            for i, way in enumerate(ways)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False,
                      fontsize=8)

    return draw_svg(4.8, 4.0, paint)
