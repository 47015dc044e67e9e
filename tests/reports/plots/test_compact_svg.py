"""Compact plots show what matplotlib drew, to a tenth of a point."""

import re

import numpy as np
import pytest

from reports.plots.compact_svg import compact


def corners(path):
    """Where a path goes, every corner once."""
    place, found = np.zeros(2), []
    for kind, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(n) for n in rest.split()]
        if kind in "ML":
            place = np.array(numbers)
        elif kind == "H":
            place = np.array([numbers[0], place[1]])
        elif kind == "V":
            place = np.array([place[0], numbers[0]])
        found.append(place)
    return np.array([p for i, p in enumerate(found) if not i or (p != found[i - 1]).any()])


@pytest.mark.parametrize("bins", [5, 200])
def test_a_histogram_keeps_its_corners(bins):
    rng = np.random.default_rng(0)
    heights = np.round(300 * rng.random(bins), 6)
    edges = np.round(np.linspace(10, 400, bins + 1), 6)
    points = [p for i, h in enumerate(heights) for p in ((edges[i], h), (edges[i + 1], h))]
    path = "M " + " \nL ".join(f"{x:.6f} {y:.6f}" for x, y in points)
    (short,) = re.findall(r' d="([^"]*)"', compact(f'<path  d="{path}" style="opacity: 0.3512"/>'))
    np.testing.assert_allclose(corners(short), points, atol=0.051)
    assert len(short) < 0.6 * len(path)


def test_only_lengths_are_rounded():
    text = '<text x="1.23456" style="opacity: 0.3512">99.98765 %</text>'
    assert compact(text) == '<text x="1.23" style="opacity: 0.3512">99.98765 %</text>'


def test_curves_stay_curves():
    path = "M 0 3.000001 C 0.795609 3 1.55874 2.683901 2.12132 2.12132 z"
    assert compact(f'<path d="{path}"/>') == '<path d="M 0 3 C 0.8 3 1.56 2.68 2.12 2.12 z"/>'
