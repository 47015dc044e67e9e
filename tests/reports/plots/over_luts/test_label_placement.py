import itertools
import random

from matplotlib.figure import Figure

from reports.plots.over_luts.label_placement import label_points


def boxes(points):
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 10))
    label_points(axes, points, [point[:2] for point in points])
    figure.draw_without_rendering()
    frame = axes.get_window_extent()
    return [text.get_window_extent() for text in axes.texts], frame


def test_labels_of_crowded_points_do_not_overlap_and_stay_inside():
    source = random.Random(1)
    points = [(source.uniform(0.2, 9.8), source.uniform(2, 8), f"design {i}") for i in range(25)]
    points += [(5.0, 5.0, "the same place"), (5.0, 5.0, "the same place too")]
    found, frame = boxes(points)
    assert len(found) == len(points)
    for one, other in itertools.combinations(found, 2):
        assert not one.overlaps(other)
    for box in found:
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1


def test_a_lonely_label_stands_right_of_its_point():
    (box,), frame = boxes([(5.0, 5.0, "alone")])
    middle = (frame.x0 + frame.x1) / 2
    assert 0 < box.x0 - middle < 15
