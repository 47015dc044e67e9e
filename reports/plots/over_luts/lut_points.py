"""Points of plots over LUTs: ours by their source, published ones as hollow diamonds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from reports.comparison.compared_network import Group, sparsity_text
from reports.comparison.hardware_table import hardware_spreads
from reports.plots.svg import COLORS, plain_label
from reports.records.record import Source
from training.methods import METHODS

if TYPE_CHECKING:
    import matplotlib.axes
    from matplotlib.lines import Line2D

    from reports.records.spread import Spread

DENSE = [name for name, method in METHODS.items() if method.dense]
# Left to the tables, where a plot of all architectures would be crowded.
ABLATIONS = [name for name in METHODS if name not in (*DENSE, "sparse")]
MARKERS = {
    Source.YOSYS: ("o", "here, synthesized (Yosys)"),
    Source.YOSYS_SUM: ("h", "here, a stream of pixels, modules summed (Yosys)"),
    Source.NEXTPNR: ("P", "here, placed and routed (nextpnr)"),
    Source.CSYNTH: ("^", "here, vendor's C synthesis"),
    Source.IMPL: ("v", "here, vendor's implementation"),
    Source.ESTIMATE: ("s", "here, estimate"),
}
OTHER_MARKER = ("X", "here, other source")
VENDOR = "published, vendor tool (Vivado)"


@dataclass(frozen=True)
class LutPoint:
    """A group's LUTs from one source, the positions they occupy if known, and its accuracy."""

    group: Group
    source: Source
    luts: Spread
    accuracy: Spread
    positions: float | None = None

    @property
    def place(self) -> tuple[float, float]:
        return self.luts.mean, 100 * self.accuracy.mean

    @property
    def label(self) -> str:
        """Of a sparse network its sparsity alone, since colour tells the architecture.

        Trials of a search have none: they would stand too close.
        """
        group = self.group
        if group.trial:
            return ""
        sparse = group.method == "sparse" and not group.name and group.wanted_sparsity is not None
        return plain_label(sparsity_text(group.wanted_sparsity) if sparse else group.label)


def lut_points(groups: Sequence[Group]) -> Iterator[LutPoint]:
    """Estimates only of groups that nothing else is known of."""
    for group in groups:
        if group.method in ABLATIONS and not group.name:
            continue
        accuracy, found = group.spread("test_accuracy"), hardware_spreads(group, "luts")
        better = any(source is not Source.ESTIMATE for _, source in found)
        for (_, source), luts in found.items():
            if accuracy and not (better and source is Source.ESTIMATE):
                positions = group.spread("positions")
                yield LutPoint(
                    group, source, luts, accuracy, positions.mean if positions else None
                )


def paint_diamonds(axes: matplotlib.axes.Axes, places: Sequence[tuple[float, float, str]]) -> None:
    axes.plot(
        [place[0] for place in places], [place[1] for place in places],
        "D", color="#999999", markerfacecolor="none", markersize=5,
    )


def network_colors(points: Iterable[LutPoint]) -> dict[str, str]:
    """A colour for every architecture, the same again after twelve."""
    return dict(zip(dict.fromkeys(p.group.network for p in points), cycle(COLORS), strict=False))


def lut_legend(
    points: Sequence[LutPoint], colors: Mapping[str, str], published: bool
) -> list[Line2D]:
    """A grey marker for every source, then a colour for every architecture."""
    from matplotlib.lines import Line2D

    grey: dict[str, Any] = {"linestyle": "", "color": "#999999"}
    handles = []
    if published:
        handles.append(Line2D([], [], marker="D", markerfacecolor="none", label=VENDOR, **grey))
    for source in dict.fromkeys(point.source for point in points):
        marker, label = MARKERS.get(source, OTHER_MARKER)
        face = "none" if source is Source.ESTIMATE else None
        handles.append(Line2D([], [], marker=marker, markerfacecolor=face, label=label, **grey))
    for network, color in colors.items():
        handles.append(Line2D([], [], color=color, linewidth=4, label=plain_label(network)))
    return handles
