"""Plot of the cuts that a network made on its features, over the features' histograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.plots.svg import COLORS, draw_svg, plain_axes, plain_label

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from hls_projects.network.integer_network import IntegerNetwork

COLUMNS = 4
BINS = 40
TAIL = 0.002  # of the samples on each side that a panel may leave out


def threshold_plot(
    network: IntegerNetwork, x: np.ndarray, names: Sequence[str] | None = None
) -> str:
    """SVG: a histogram of each feature, and the thresholds that weights use as vertical lines.

    A line is as tall, as a share of the tallest of all features, as weights use its comparison.

    Args:
        network: whose first layers are a thermometer and weights.
        x: samples (n, features), such as the training data.
        names: of the features.

    Raises:
        ValueError: for another network, or as many names as there are no features.
    """
    from hls_projects.kinds import Role

    roles = [layer.role for layer in network.layers if layer.role is not Role.SHAPE]
    if roles[:2] != [Role.ENCODER, Role.WEIGHTED] or len(network.input.shape) != 1:
        raise ValueError(
            "`network` must begin with a thermometer of features and weights. "
            f"Received: {[layer.kind for layer in network.layers]}"
        )
    features = network.input.shape[0]
    names = [f"feature {i}" for i in range(features)] if names is None else list(names)
    if len(names) != features:
        raise ValueError(f"`names` must be of {features} features. Received: {len(names)}")
    codes = next(layer for layer in network.layers if layer.role is Role.ENCODER)
    uses = np.count_nonzero(network.weight_layers[0].weights, axis=1)
    scale = np.broadcast_to(np.asarray(network.input.scale, np.float64), features)

    def paint(figure: matplotlib.figure.Figure) -> None:
        rows = -(-features // COLUMNS)
        grid = figure.subplots(rows, COLUMNS, squeeze=False).reshape(-1)
        for feature, (axes, name) in enumerate(zip(grid, names, strict=False)):
            own = codes.feature == feature
            cuts = codes.levels[own] * scale[feature]
            used = uses[own] > 0
            _paint(axes, x[:, feature], cuts[used], uses[own][used] / uses.max())
            axes.set_title(f"{plain_label(name)}: {used.sum()} of {own.sum()}", fontsize=8)
        for axes in grid[features:]:
            axes.set_axis_off()

    return draw_svg(7.4, 0.3 + 1.3 * -(-features // COLUMNS), paint)


def _paint(
    axes: matplotlib.axes.Axes, values: np.ndarray, cuts: np.ndarray, heights: np.ndarray
) -> None:
    low, high = np.quantile(values, (TAIL, 1 - TAIL))
    low, high = min(low, *cuts, low), max(high, *cuts, high)
    counts, edges = np.histogram(values, BINS, (low, high if high > low else low + 1))
    axes.stairs(counts / max(counts.max(), 1), edges, fill=True, color=COLORS[4], linewidth=0)
    axes.vlines(cuts, 0, heights, color=COLORS[5], linewidth=1.0)
    axes.set_yticks([])
    axes.tick_params(labelsize=7)
    plain_axes(axes, "x")
