"""What a trigger keeps of the signal at a fixed rate of background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BACKGROUND = 0.01


@dataclass(frozen=True)
class WorkingPoint:
    """A cut on an integer output: samples pass where output ≥ cut.

    Args:
        cut: the lowest integer at which no more background passes than is borne.
        signal, background: shares of each that pass, on the samples it was found on.
    """

    cut: int
    signal: float
    background: float

    def __str__(self) -> str:
        return (
            f"{self.signal:.1%} of the signal at {self.background:.2%} of the background passes "
            f"output >= {self.cut}"
        )


def working_point(
    outputs: np.ndarray, y: np.ndarray, most_background: float = BACKGROUND
) -> WorkingPoint | None:
    """The cut that keeps most of the signal; None where signal or background is missing.

    Args:
        outputs: integers (samples,) of hardware.
        y: 1 of signal and 0 of background (samples,).
        most_background: share of the background that may pass, in (0, 1).

    Raises:
        ValueError: for another share.

    Example:
        >>> working_point(np.array([3, 5, 5, 9]), np.array([0, 0, 1, 1]), 0.5)
        WorkingPoint(cut=4, signal=1.0, background=0.5)
    """
    if not 0 < most_background < 1:
        raise ValueError(f"`most_background` must be in (0, 1). Received: {most_background!r}")
    signal, background = outputs[y > 0], np.sort(outputs[y <= 0])
    if not len(signal) or not len(background):
        return None
    passing = int(most_background * len(background))
    # Above the highest of those that must not pass.
    cut = int(background[len(background) - passing - 1]) + 1
    return WorkingPoint(cut, float((signal >= cut).mean()), float((background >= cut).mean()))
