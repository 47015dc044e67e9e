"""What a finished run reached, as its training.json tells."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from qkeras_models.files.run_folder import RunFolder
from training.data.targets.task import Task


@dataclass(frozen=True)
class TrainingResult:
    """What a finished run reached; validation data chose everything, test data only this."""

    data: str
    validation_accuracy: float  # the score that `metric` names, R² of a regression too
    test_accuracy: float | None
    sparsity: float
    nonzeros: int
    weights: int
    epochs: int
    seconds: float  # of all its parts, where it was interrupted
    metric: str = Task.CLASSES.metric
    test_rmse: list[float] | None = None  # of each target of a regression, in its own units
    targets: dict[str, Any] | None = None  # labels or units, where y is not used as it is


def read_result(folder: Path) -> TrainingResult:
    """What a finished run reached.

    Raises:
        ValueError: if its training.json is damaged.
    """
    names = {field.name: field.default is MISSING for field in fields(TrainingResult)}
    needed = {name for name, is_needed in names.items() if is_needed}
    # Earlier runs, all of them classifiers, lack the rest.
    return TrainingResult(**read_json(RunFolder(folder).result, needed, set(names) - needed))


def read_json(
    path: Path, names: Set[str], optional: Set[str] = frozenset()
) -> dict[str, Any]:
    """A JSON file that holds a mapping with these names, and optional ones.

    Raises:
        ValueError: naming the file, if it does not.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if not isinstance(content, dict) or not names <= set(content) <= names | optional:
        raise ValueError(f"{path} is damaged: it must hold {', '.join(sorted(names))}")
    return content
