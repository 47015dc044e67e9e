"""Plots of a network's size: sparsity, bits and LUTs of each layer, fan-in of its neurons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.network.sizes import LayerSize, NetworkSize
from reports.plots.svg import (
    COLORS,
    METHOD_COLORS,
    draw_svg,
    plain_axes,
    plain_label,
    short_count,
)

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

HISTOGRAM_BINS = 60


def size_plot(size: NetworkSize) -> str:
    """SVG: sparsity of each layer, and its bits beside dense binary and dense ternary weights.

    The bits are on a logarithmic axis, labelled with how many times smaller than binary they are.

    Args:
        size: of a network with at least one layer of weights.
    """
    rows = [*size.layers, size.total]

    def paint(figure: matplotlib.figure.Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(2, 3))
        _paint_sparsity(left, rows)
        _paint_bits(right, rows)

    return draw_svg(8.0, 1.3 + 0.62 * len(rows), paint)


def lut_plot(records: Sequence[Mapping[str, Any]]) -> str:
    """SVG: LUTs of each layer and their share of all, one bar a design.

    Narrow, so that its text can be read at 400 pixels too.

    Args:
        records: of ``reports.network.breakdown.layer_luts``, at least one.
    """
    designs = list(dict.fromkeys((record["design"], record["source"]) for record in records))
    layers = list(dict.fromkeys(record["layer"] for record in records))
    luts = {(record["design"], record["layer"]): record["luts"] for record in records}

    def paint(figure: matplotlib.figure.Figure) -> None:
        axes = figure.subplots()
        height = 0.75 / len(designs)
        for place, (design, source) in enumerate(designs):
            heights = np.arange(len(layers)) + height * (place - (len(designs) - 1) / 2)
            own = [luts.get((design, layer), 0) for layer in layers]
            total = sum(own) or 1
            label = design if source in design else f"{design} ({source})"
            bars = axes.barh(heights, own, height=height, color=COLORS[place % 6], label=label)
            texts = [f"{count:,} ({count / total:.0%})" for count in own]
            axes.bar_label(bars, texts, padding=3, fontsize=8)
        axes.set_yticks(range(len(layers)), [plain_label(layer) for layer in layers])
        axes.invert_yaxis()
        _lut_axis(axes)
        figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8)

    return draw_svg(4.8, 1.0 + 0.25 * len(layers) * (1 + len(designs)), paint)


def fan_in_plot(layers: Sequence[tuple[str, np.ndarray]]) -> str:
    """SVG: how many neurons have how many nonzero weights, one histogram a layer.

    Args:
        layers: name and fan-in of each neuron, int (neurons,), of every layer, at least one.
    """

    def paint(figure: matplotlib.figure.Figure) -> None:
        grid = figure.subplots(len(layers), 1, squeeze=False)[:, 0]
        for axes, (name, fan_in) in zip(grid, layers, strict=True):
            _paint_fan_in(axes, name, fan_in)
        grid[-1].set_xlabel("nonzero weights of a neuron (fan-in)")

    return draw_svg(7.0, 0.6 + 1.5 * len(layers), paint)


def _paint_sparsity(axes: matplotlib.axes.Axes, rows: Sequence[LayerSize]) -> None:
    shares = [100 * row.sparsity for row in rows]
    bars = axes.barh(range(len(rows)), shares, height=0.6, color=COLORS[0])
    texts = [f"{row.sparsity:.2%}" for row in rows]
    axes.bar_label(bars, texts, padding=3)
    axes.set(xlim=(0, 125), xticks=range(0, 101, 25), xlabel="weights that are 0 (%)")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.invert_yaxis()
    plain_axes(axes, "x")


def _paint_bits(axes: matplotlib.axes.Axes, rows: Sequence[LayerSize]) -> None:
    series = (
        ("sparse ternary, Golomb–Rice", "encoded_bits", METHOD_COLORS["sparse"]),
        ("binary, 1 bit a weight", "binary_bits", METHOD_COLORS["binary"]),
        ("dense ternary, 2 bits a weight", "ternary_bits", METHOD_COLORS["ternary"]),
    )
    axes.set_xscale("log")
    for place, (label, name, color) in enumerate(series):
        heights = np.arange(len(rows)) + 0.25 * (place - 1)
        bits = [getattr(row, name) for row in rows]
        bars = axes.barh(heights, bits, height=0.24, color=color, label=label)
        if name == "encoded_bits":
            texts = [f"{row.ratio_vs_binary:.1f}×" for row in rows]
            axes.bar_label(bars, texts, padding=3, fontsize=8)
    least = min(min(row.encoded_bits, row.binary_bits) for row in rows)
    axes.set_xlim(left=10.0 ** (np.ceil(np.log10(least)) - 1))
    axes.set_xlabel("bits (n×: times smaller than binary)")
    axes.figure.legend(loc="outside upper center", ncols=3, frameon=False)
    plain_axes(axes, "x")


def _lut_axis(axes: matplotlib.axes.Axes) -> None:
    """From 0, with a third of room beyond the longest bar for its label."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, max(1.35 * axes.get_xlim()[1], 1))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short_count(value)))
    axes.set_xlabel("LUT cells (share of all layers')")
    plain_axes(axes, "x")


def _paint_fan_in(axes: matplotlib.axes.Axes, name: str, fan_in: np.ndarray) -> None:
    from matplotlib.ticker import MaxNLocator

    widest = int(fan_in.max())
    step = -(-(widest + 1) // HISTOGRAM_BINS)
    edges = np.arange(0, widest + step + 1, step) - 0.5
    axes.hist(fan_in, edges, color=COLORS[0], edgecolor="white", linewidth=0.4)
    mean, dead = fan_in.mean(), int(np.count_nonzero(fan_in == 0))
    title = f"{name}: {fan_in.size} neurons, mean {mean:.1f} (line), max {widest}, {dead} dead"
    axes.axvline(mean, color=COLORS[5], linewidth=1.2)
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_ylabel("neurons")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    plain_axes(axes, "y")
