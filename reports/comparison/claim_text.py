"""Figures of claims as text."""

from __future__ import annotations

from reports.comparison.compared_network import Group, sparsity_text
from reports.records.spread import Spread


def where_text(group: Group) -> str:
    """Zeros and accuracy of a group."""
    return f"{zeros_text(group)} at {accuracy_text(group)}"


def points_text(group: Group, bar: Spread) -> str:
    """How far a group is above a bar, in points of accuracy."""
    difference = group.spread("test_accuracy").minus(bar)
    return f"{signed_text(difference)} points against {100 * bar.mean:.2f}\u00a0%"


def ratio_text(spread: Spread) -> str:
    """A ratio of sizes."""
    return f"{spread.text('{:.2f}'.format)}×"


def signed_text(difference: Spread) -> str:
    """A difference of accuracies in points, with its sign."""
    spread = "" if difference.sd is None else f" ± {100 * difference.sd:.2f}"
    return f"{100 * difference.mean:+.2f}{spread}".replace("-", "−")


def accuracy_text(group: Group) -> str:
    """Test accuracy of a group."""
    return group.spread("test_accuracy").text(lambda share: f"{100 * share:.2f}") + "\u00a0%"


def zeros_text(group: Group) -> str:
    """Share of zeros of a group."""
    return sparsity_text(group.spread("sparsity").mean)
