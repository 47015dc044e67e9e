"""Which epochs are exported.  Standard library only: both environments import it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

NAME = "epoch={epoch}-val_accuracy={val_accuracy:.4f}-ebops={ebops}.keras"
ACCURACIES = "front.json"
PATTERN = re.compile(r"epoch=(\d+)-val_accuracy=(0\.\d{4}|1\.0000)-ebops=(\d+)\.keras")


@dataclass(frozen=True)
class Checkpoint:
    """One epoch on a training's Pareto front.

    Args:
        path: of the Keras model.
        epoch: counted from 0.
        validation_accuracy: share in [0, 1], four decimals.
        ebops: effective bit operations, HGQ2's measure of cost.
    """

    path: Path
    epoch: int
    validation_accuracy: float
    ebops: int


def read_checkpoint(path: Path) -> Checkpoint:
    """What a checkpoint's name says.

    Raises:
        ValueError: for a name that HGQ2's ParetoFront did not write with NAME.
    """
    match = PATTERN.fullmatch(path.name)
    if not match:
        raise ValueError(f"`path` must be named like {NAME}. Received: {path.name!r}")
    return Checkpoint(path, int(match[1]), float(match[2]), int(match[3]))


def checkpoints(folder: Path) -> list[Checkpoint]:
    """All of a folder, by epoch; none if there is no such folder."""
    return sorted(map(read_checkpoint, folder.glob("*.keras")), key=lambda found: found.epoch)


def calibrated_front(folder: Path) -> list[Checkpoint]:
    """Those of a training, each with its validation accuracy as ACCURACIES has it."""
    accuracies = json.loads((folder / ACCURACIES).read_text(encoding="utf-8"))
    return [
        replace(found, validation_accuracy=accuracies[found.path.name])
        for found in checkpoints(folder / "front")
    ]


def select(found: Iterable[Checkpoint], targets: Sequence[float]) -> dict[float, Checkpoint]:
    """For each target the cheapest checkpoint whose validation accuracy is not below it.

    Of equally cheap ones the more accurate.  A target that none reaches is left out.
    """
    candidates = sorted(found, key=lambda c: (c.ebops, -c.validation_accuracy))
    chosen = {}
    for target in targets:
        reached = [c for c in candidates if c.validation_accuracy >= target]
        if reached:
            chosen[target] = reached[0]
    return chosen
