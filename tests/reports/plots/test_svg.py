import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reports.plots.svg import log_x_axis, short_count


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (200, "200"), (1000, "1k"), (50_000, "50k"), (500_000, "500k"), (2e6, "2M")],
)
def test_counts_are_short(value, text):
    assert short_count(value) == text


@pytest.mark.parametrize(
    ("low", "high", "some"),
    [
        (2100, 4500, {"2.5k", "3k"}),
        (3000, 9000, {"5k"}),
        (200, 9000, {"200", "500", "1k", "5k"}),
        (450, 2_100_000, {"500", "20k", "50k", "100k", "1M", "2M"}),
        (20, 90_000_000, {"100", "1k", "10M"}),
    ],
)
def test_labels_of_a_logarithmic_axis_do_not_touch(low, high, some):
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([low, high], [0, 1])
    log_x_axis(axes)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    inside = [t for t in axes.get_xticklabels(which="both") if t.get_text()]
    left, right = axes.get_xlim()
    shown = [t for t in inside if left <= t.get_position()[0] <= right]
    assert some <= {text.get_text() for text in shown}
    boxes = sorted((t.get_window_extent(canvas.get_renderer()) for t in shown), key=lambda b: b.x0)
    assert all(first.x1 + 4 < second.x0 for first, second in itertools.pairwise(boxes))


def test_beyond_many_decades_only_powers_of_ten_are_labelled():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([20, 90_000_000], [0, 1])
    log_x_axis(axes)
    FigureCanvasAgg(figure).draw()
    texts = {text.get_text() for text in axes.get_xticklabels()}
    assert {"100", "1k", "10k"} <= texts and not {"200", "500", "2k", "5M"} & texts
