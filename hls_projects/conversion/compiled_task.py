"""What a network was trained for, by the loss that its .keras file keeps."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from training.data.targets.task import Task

ERRORS = ("mean", "mse", "mae", "mape", "msle", "huber", "logcosh")


def compiled_task(path: Path) -> Task | None:
    """The task of the loss that a model was compiled with; None if it is not saved, or unknown."""
    with zipfile.ZipFile(path) as archive:
        compiled = json.loads(archive.read("config.json")).get("compile_config")
    return task_of_loss(compiled.get("loss")) if isinstance(compiled, dict) else None


def task_of_loss(loss: Any) -> Task | None:
    """The task that a loss is for.

    Args:
        loss: as Keras serializes it: a name, a class or function with its name, or a list or dict
            of a single one.
    """
    if isinstance(loss, dict) and "class_name" not in loss:
        loss = list(loss.values())
    if isinstance(loss, list):
        return task_of_loss(loss[0]) if len(loss) == 1 else None
    if isinstance(loss, dict):
        loss = loss["config"] if loss["class_name"] == "function" else loss["class_name"]
    if not isinstance(loss, str):
        return None
    name = loss.lower().replace("_", "")
    if "categorical" in name or "distillation" in name:
        return Task.CLASSES
    if "binary" in name:
        return Task.BINARY
    return Task.REGRESSION if name.startswith(ERRORS) else None
