"""Plots as SVG files that come out the same, byte for byte, from the same figures."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.plots.compact_svg import compact

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

MOST_DECADES = 4.5
COLORS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#999999",
    "#882255", "#999933", "#332288", "#7F4F24",
)
"""Okabe and Ito's palette, which colour-blind readers can tell apart, then darker colours."""
METHOD_COLORS = {
    "sparse": COLORS[0], "binary": COLORS[1], "ternary": COLORS[2], "magnitude": COLORS[3],
    "l2": COLORS[4], "no-retraining": COLORS[5], "float": COLORS[6],
}
"""Of a method, the same in every plot."""


def draw_svg(width: float, height: float, paint: Callable[[matplotlib.figure.Figure], None]) -> str:
    """The SVG document of what ``paint`` draws on an empty figure.

    Neither the user's matplotlib settings nor the date enter it, and text stays text.

    Args:
        width: in inches, > 0.
        height: in inches, > 0.
        paint: draws on the figure it is given; no pyplot, so no window and no global state.
    """
    import matplotlib.style
    from matplotlib.figure import Figure

    settings = {"svg.hashsalt": "reports", "svg.fonttype": "none", "font.size": 9.0,
                "font.sans-serif": ["DejaVu Sans"]}
    with matplotlib.style.context(["default", settings]):
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return compact(buffer.getvalue())


def plain_axes(axes: matplotlib.axes.Axes, grid: str) -> None:
    """Leaves the left and lower spine, and a faint grid along one axis, ``x`` or ``y``."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def log_x_axis(axes: matplotlib.axes.Axes) -> None:
    """Makes the x axis logarithmic, with a grid at 1, 2 and 5 and labels such as 500, 20k or 1M.

    Short enough not to touch; beyond 4.5 decades only powers of ten are labelled.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    def label(value: float, _: int | None) -> str:
        low, high = sorted(map(math.log10, axes.get_xlim()))
        power = math.isclose(math.log10(value), round(math.log10(value)), abs_tol=1e-9)
        return short_count(value) if power or high - low <= MOST_DECADES else ""

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(label))
    axes.xaxis.set_minor_formatter(NullFormatter())


def short_count(value: float) -> str:
    """Such as 0.5, 500, 20k or 1M."""
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def plain_label(text: str) -> str:
    """Text that a plot shows as it is: no mathematics between dollars, none left out."""
    escaped = " ".join(text.split()).replace("$", r"\$")
    return f"\u200b{escaped}" if escaped.startswith("_") else escaped
