"""Plot of a training run from its history: accuracy, nonzeros and thresholds over epochs.

The history is a CSV file of one row an epoch, such as history.csv of a run folder, with the column
``epoch`` and any of ``stage``, ``accuracy``, ``val_accuracy``, ``r2``, ``val_r2``, ``sparsity``,
``sparsity/<layer>`` and ``threshold/<layer>``.  If an epoch stands there twice, the later row
counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports.plots.error_axis import error_axis
from reports.plots.svg import COLORS, draw_svg, plain_axes

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

STAGES = {1: "stage 1, train", 2: "stage 2, prune", 3: "stage 3, retrain"}
ACCURACY, NONZEROS = "accuracy (%)", "nonzeros (%)"
# Epochs, up to which each one has a dot.
MARKED = 20
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
LEAST_SHARE = 0.01
SHADES = ("#edf2f8", "#f9dcc0", "#e6f2e6", "#f2f2f2")


def training_plot(history: Path) -> str:
    """SVG of a history file: one panel each for accuracy, nonzeros and thresholds.

    Accuracy is logarithmic in the error and nonzeros are logarithmic, so that the end can be read.
    Panels without columns in the file are left out; the stages are shaded and named.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: naming the file, if it is no such CSV or has nothing to draw.
    """
    epochs = read_history(history)
    panels = [panel for panel in _panels(epochs) if panel[1]]
    if not panels:
        raise ValueError(
            f"{history} has no column of accuracy, sparsity or thresholds. "
            f"Received: {', '.join(map(str, epochs.columns))}"
        )

    def paint(figure: matplotlib.figure.Figure) -> None:
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (label, lines) in zip(grid, panels, strict=True):
            _paint_panel(axes, epochs, label, lines)
        _shade_stages(grid, epochs)
        grid[-1].set_xlabel("epoch")

    return draw_svg(7.5, 0.7 + 2.0 * len(panels), paint)


def read_history(history: Path) -> pandas.DataFrame:
    """The rows of a history file by ascending epoch, the last one of each.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: naming the file, if it is empty, no CSV, or has no numbers in ``epoch``.
    """
    import pandas

    try:
        table = pandas.read_csv(history)
        table["epoch"] = pandas.to_numeric(table["epoch"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{history} is no training history with an epoch column: {error}"
        ) from error
    table = table.dropna(subset="epoch").drop_duplicates("epoch", keep="last").sort_values("epoch")
    if table.empty:
        raise ValueError(f"{history} holds no epoch.")
    return table.reset_index(drop=True)


def _panels(epochs: pandas.DataFrame) -> Iterator[tuple[str, dict[str, str]]]:
    """Axis label, and the legend of each column to draw there."""
    numeric = [str(name) for name in epochs.select_dtypes("number").columns]

    def layers(prefix: str) -> dict[str, str]:
        return {name: name.removeprefix(prefix) for name in numeric if name.startswith(prefix)}

    def chosen(**legends: str) -> dict[str, str]:
        return {name: legend for name, legend in legends.items() if name in numeric}

    yield ACCURACY, chosen(accuracy="training", val_accuracy="validation")
    yield "R²", chosen(r2="training", val_r2="validation")
    yield NONZEROS, chosen(sparsity="all layers") | layers("sparsity/")
    yield "threshold", layers("threshold/")


def _paint_panel(
    axes: matplotlib.axes.Axes, epochs: pandas.DataFrame, label: str, lines: dict[str, str]
) -> None:
    colors = _layer_colors(epochs)
    for name, legend in lines.items():
        axes.plot(
            epochs["epoch"],
            _shown(label, epochs[name]),
            color=colors.get(name, "black"),
            linestyle=":" if name in ("accuracy", "r2") else "-",
            linewidth=1.4,
            marker="o" if len(epochs) <= MARKED else None,
            markersize=2.0,
            label=legend,
        )
    if label == ACCURACY:
        error_axis(axes)
    elif label == NONZEROS:
        _share_axis(axes)
    axes.set_ylabel(label)
    axes.margins(x=0)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    plain_axes(axes, "y")


def _shown(label: str, values: pandas.Series) -> pandas.Series:
    if label == NONZEROS:
        return (100.0 * (1.0 - values)).clip(lower=LEAST_SHARE)
    return 100.0 * values if label == ACCURACY else values


def _share_axis(axes: matplotlib.axes.Axes) -> None:
    from matplotlib.ticker import NullFormatter

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    ticks = [tick for tick in SHARES if low <= tick <= high]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_minor_formatter(NullFormatter())


def _layer_colors(epochs: pandas.DataFrame) -> dict[str, str]:
    """A colour for each column of a layer, the same one in every panel."""
    columns = [name for name in map(str, epochs.columns) if "/" in name]
    layers = list(dict.fromkeys(name.split("/", 1)[1] for name in columns))
    return {name: COLORS[layers.index(name.split("/", 1)[1]) % 6] for name in columns}


def _shade_stages(grid: Sequence[matplotlib.axes.Axes], epochs: pandas.DataFrame) -> None:
    """A band behind every stage in every panel, and their names above the plot."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    stages = list(_stages(epochs))
    names = sorted({name for *_, name in stages})
    pruned = [start for start, _, name in stages[1:] if name == STAGES[3]]
    shades = {name: SHADES[place % len(SHADES)] for place, name in enumerate(names)}
    for axes in grid:
        for start, end, name in stages:
            axes.axvspan(start, end, color=shades[name], zorder=-1, linewidth=0)
        for start in pruned:
            axes.axvline(start, color="black", linewidth=0.8)
    if names:
        patches = [Patch(color=shades[name], label=name) for name in names]
        if pruned and STAGES[2] not in names:
            patches.insert(1, Line2D([], [], color="black", linewidth=0.8, label=STAGES[2]))
        grid[0].figure.legend(
            handles=patches, loc="outside upper center", ncols=4, frameon=False, fontsize=8
        )


def _stages(epochs: pandas.DataFrame) -> Iterator[tuple[float, float, str]]:
    """Start, end and name of every stretch of epochs in one stage."""
    if "stage" not in epochs or epochs["stage"].isna().all():
        return
    stage = epochs["stage"].ffill().bfill()
    first = stage.ne(stage.shift())
    starts = [epoch - 0.5 for epoch in epochs["epoch"][first]]
    ends = [*starts[1:], epochs["epoch"].iloc[-1] + 0.5]
    for start, end, value in zip(starts, ends, stage[first], strict=True):
        yield start, end, STAGES.get(value, str(value))
