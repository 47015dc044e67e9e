"""Plot of a run's shadow weights and thresholds at the end of each stage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.plots.svg import COLORS, draw_svg, plain_axes, plain_label
from reports.plots.training_plots import STAGES

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

STAGE_KEYS = {"stage", "epoch", "layers"}
LAYER_KEYS = {"layer", "threshold", "weights", "pruned"}


def read_stages(path: Path) -> tuple[dict[str, Any], ...]:
    """The records of a run's shadow_weights.json (see training.recording.shadow_weights).

    Raises:
        ValueError: naming the file, if it holds something else.
    """
    try:
        stages = json.loads(path.read_text(encoding="utf-8"))
        good = all(
            set(stage) == STAGE_KEYS and all(set(layer) == LAYER_KEYS for layer in stage["layers"])
            for stage in stages
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if not good:
        raise ValueError(f"{path} is damaged: it must be a list of stages with their layers")
    return tuple(stages)


def shadow_weight_plot(stages: Sequence[dict[str, Any]]) -> str:
    """SVG: one histogram of shadow weights a layer and stage, thresholds as vertical lines.

    Args:
        stages: of ``read_stages``, at least one with at least one layer.
    """
    names = [layer["layer"] for layer in stages[0]["layers"]]

    def paint(figure: matplotlib.figure.Figure) -> None:
        grid = figure.subplots(len(names), len(stages), sharex=True, sharey="row", squeeze=False)
        for column, stage in enumerate(stages):
            for row, layer in enumerate(stage["layers"]):
                _paint_histogram(grid[row, column], layer)
            title = f"end of {STAGES.get(stage['stage'], stage['stage'])} (epoch {stage['epoch']})"
            grid[0, column].set_title(title, fontsize=9)
            grid[-1, column].set_xlabel("shadow weight W")
        for row, name in enumerate(names):
            grid[row, 0].set_ylabel(f"{plain_label(name)}\nweights")
        handles = _legend_handles()
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)

    return draw_svg(7.4, 0.8 + 1.5 * len(names), paint)


def _paint_histogram(axes: matplotlib.axes.Axes, layer: dict[str, Any]) -> None:
    kept, pruned = np.array(layer["weights"]), np.array(layer["pruned"])
    edges = np.linspace(-1, 1, len(kept) + 1)
    axes.stairs(kept + pruned, edges, fill=True, color=COLORS[7], linewidth=0)
    axes.stairs(kept, edges, fill=True, color=COLORS[0], linewidth=0)
    for sign in (-1, 1):
        axes.axvline(sign * layer["threshold"], color=COLORS[5], linewidth=1.2)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(bottom=0)
    highest = int(np.log10(max((kept + pruned).max(), 1)))
    ticks = [0, *(10**power for power in range(0, highest + 1, 1 + highest // 4))]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    plain_axes(axes, "y")


def _legend_handles() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Patch(color=COLORS[0], label="in the network (mask 1)"),
        Patch(color=COLORS[7], label="pruned (mask 0)"),
        Line2D([], [], color=COLORS[5], label="threshold ±η"),
    ]
