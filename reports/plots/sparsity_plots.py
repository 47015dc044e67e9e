"""Plots of encoded size against entropy, and of the sparsity of each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.comparison.compared_network import ComparedNetwork, Group, sparsity_text
from reports.plots.svg import COLORS, draw_svg, plain_axes, plain_label
from reports.records.spread import Spread, spread_of

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

MARKERS = "os^vDPX*"
SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


def entropy_plot(networks: Sequence[ComparedNetwork]) -> str | None:
    """SVG: encoded bits a weight over their entropy bound, both logarithmic.

    None if no network is both encoded and counted layer by layer.
    """
    counted = [
        member
        for member in networks
        if member.size and member.size.total.entropy_bits and member.record.bits_per_weight
    ]
    if not counted:
        return None

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        for place, name in enumerate(dict.fromkeys(m.record.network for m in counted)):
            members = [m for m in counted if m.record.network == name]
            axes.plot(
                [m.size.total.entropy_bits_per_weight for m in members],
                [m.record.bits_per_weight for m in members],
                MARKERS[place % 8], color=COLORS[place % 6], markersize=6, alpha=0.85,
                label=plain_label(name),
            )
        _entropy_axes(axes, counted)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)

    return draw_svg(4.8, 3.9, paint)


def layer_sparsity_plot(groups: Sequence[Group]) -> str | None:
    """SVG: sparsity of every layer, mean over seeds, one row a group.

    The axis is logarithmic in the share of nonzeros.  None if no layer is known.

    Args:
        groups: of one architecture.
    """
    rows = [(group.label, layer_spreads(group)) for group in groups]
    rows = [(label, layers) for label, layers in rows if layers]
    if not rows:
        return None
    names = list(dict.fromkeys(name for _, layers in rows for name in layers))

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        for place, name in enumerate(names):
            drawn = [(at, layers[name]) for at, (_, layers) in enumerate(rows) if name in layers]
            axes.plot(
                [max(1 - spread.mean, 1e-4) for _, spread in drawn],
                [at for at, _ in drawn],
                MARKERS[place % 8], color=COLORS[place % 6], markersize=6, alpha=0.85,
                label=plain_label(name),
            )
        axes.set_yticks(range(len(rows)), [plain_label(label) for label, _ in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        _sparsity_axis(axes, [spread for _, layers in rows for spread in layers.values()])
        figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)

    return draw_svg(4.8, 1.2 + 0.3 * len(rows), paint)


def layer_spreads(group: Group) -> dict[str, Spread]:
    """Sparsity of each layer over a group's members."""
    found: dict[str, list[float]] = {}
    for member in group.members:
        for name, share in member.record.layer_sparsity.items():
            found.setdefault(name, []).append(share)
    return {name: spread_of(shares) for name, shares in found.items()}


def _entropy_axes(axes: matplotlib.axes.Axes, counted: Sequence[ComparedNetwork]) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    bounds = [member.size.total.entropy_bits_per_weight for member in counted]
    low, high = min(bounds) / 1.4, max(2.4, 1.2 * max(bounds))
    axes.plot([low, high], [low, high], color="#999999", linewidth=1.0, label="encoded = entropy")
    for bits, label in ((1, "dense binary, 1 bit"), (2, "dense ternary, 2 bits")):
        axes.axhline(bits, color="#999999", linestyle=":", linewidth=1.0)
        axes.annotate(label, (low, bits), xytext=(4, 2), textcoords="offset points", fontsize=7)
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, 3.2))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2) if low <= t <= high])
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("entropy of independent weights (bits a weight)")
    axes.set_ylabel("encoded (bits a weight)")
    plain_axes(axes, "both")


def _sparsity_axis(axes: matplotlib.axes.Axes, spreads: Sequence[Spread]) -> None:
    densities = np.clip([1 - spread.mean for spread in spreads], 1e-4, 1.0)
    low, high = densities.min() / 1.3, min(densities.max() * 1.3, 1.1)
    axes.set_xscale("log")
    axes.set_xlim(high, low)
    ticks = [1 - share for share in (0.0, *SPARSITIES) if low <= 1 - share <= high]
    axes.set_xticks(ticks, [sparsity_text(1 - tick) for tick in ticks], rotation=45, fontsize=8)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("weights that are 0 (logarithmic in nonzeros)")
    plain_axes(axes, "both")
