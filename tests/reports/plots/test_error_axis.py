"""Ticks of accuracies stand apart, and wherever the axis ends there are some."""

import pytest
from matplotlib.figure import Figure

from reports.plots.error_axis import error_axis


@pytest.mark.parametrize(("low", "high", "some"), [
    (68.0, 90.5, {70, 80, 85, 90}),
    (89.5, 99.4, {90, 95, 98, 99}),
    (0.0, 99.9, {50, 90, 99}),
    (86.7, 87.7, set()),
])
def test_ticks_stand_apart(low, high, some):
    axes = Figure().subplots()
    axes.set_ylim(low, high)
    error_axis(axes)
    ticks = axes.get_yticks()
    assert some <= set(ticks) and len(ticks) >= min(3, high - low)
    places = axes.transAxes.inverted().transform(axes.transData.transform([(0, t) for t in ticks]))
    heights = sorted(places[:, 1])
    assert all(b - a >= 0.069 for a, b in zip(heights, heights[1:], strict=False))
