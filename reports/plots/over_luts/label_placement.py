"""Labels of points that overlap neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import matplotlib.axes

Box = tuple[float, float, float, float]

_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_DISTANCES = (5.0, 12.0, 22.0, 34.0, 48.0)
_CHARACTER = 0.66


def label_points(
    axes: matplotlib.axes.Axes,
    points: Sequence[tuple[float, float, str]],
    obstacles: Sequence[tuple[float, float]],
    size: float = 7.0,
) -> None:
    """Writes each label at the first free place around its point, with a line if it is far.

    Greedy, in the order given: of several distances and directions, the place that covers least
    of the labels written so far, of all points, and of what lies outside of the axes.

    Args:
        axes: with its limits and scales set; its figure's layout must be final.
        points: x, y and text of each.
        obstacles: x, y of every point that no label may cover.
        size: of the text, in points.
    """
    axes.figure.draw_without_rendering()
    scale = 72.0 / axes.figure.dpi
    frame = np.array(axes.get_window_extent().extents) * scale
    place = axes.transData.transform
    marks = [_around(*(place(xy) * scale), 3.5) for xy in obstacles]
    written: list[Box] = []
    for x, y, text in points:
        center = place((x, y)) * scale
        width, height = _CHARACTER * size * len(text), 1.2 * size
        boxes = [
            (_box(center, direction, distance, width, height), distance)
            for distance in _DISTANCES
            for direction in _DIRECTIONS
        ]
        box, distance = min(boxes, key=lambda b: (_badness(b[0], written, marks, frame), b[1]))
        written.append(box)
        _write(axes, (x, y), center, box, text, size, distance > _DISTANCES[1])


def _box(
    center: np.ndarray, direction: tuple[int, int], distance: float, width: float, height: float
) -> Box:
    horizontal, vertical = direction
    x = center[0] + horizontal * (distance + width / 2)
    y = center[1] + vertical * (distance + height / 2 if not horizontal else distance)
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _badness(box: Box, written: Sequence[Box], marks: Sequence[Box], frame: np.ndarray) -> float:
    area = (box[2] - box[0]) * (box[3] - box[1])
    outside = area - _overlap(box, tuple(frame))
    return round(outside + sum(_overlap(box, other) for other in [*written, *marks]), 3)


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _write(
    axes: matplotlib.axes.Axes,
    point: tuple[float, float],
    center: np.ndarray,
    box: Box,
    text: str,
    size: float,
    line: bool,
) -> None:
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    axes.annotate(
        text,
        point,
        xytext=tuple(middle - center),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=size,
        arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.5} if line else None,
    )
