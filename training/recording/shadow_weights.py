"""Histograms of the shadow weights at the end of each stage, one small JSON file a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.run_folder import RunFolder

BINS = 80


def shadow_weight_histogram(layer: Any) -> dict[str, Any]:
    """How the shadow weights of one sparse ternary layer spread over [−1, 1].

    Returns:
        JSON values: ``layer``, its name; ``threshold``, η; ``weights`` and ``pruned``, how many
        weights each of 80 equal bins holds, those with mask 1 and those with mask 0.
    """
    kernel = ops.convert_to_numpy(ops.cast(layer.kernel, "float32"))
    kept = ops.convert_to_numpy(layer.mask) > 0
    return {
        "layer": layer.name,
        "threshold": float(ops.convert_to_numpy(layer.threshold)),
        "weights": _counts(kernel[kept]),
        "pruned": _counts(kernel[~kept]),
    }


def record_stage_end(folder: Path, stage: int, epoch: int, layers: Sequence[Any]) -> None:
    """Writes the histograms of all layers at the end of a stage into a run's folder.

    Args:
        folder: the run's; other stages in its file stay, the same stage is replaced.
        stage: 1 to 3.
        epoch: how many epochs have passed.
        layers: sparse ternary layers, in order.
    """
    path = RunFolder(folder).shadow_weights
    stages = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    record = {
        "stage": stage,
        "epoch": epoch,
        "layers": [shadow_weight_histogram(layer) for layer in layers],
    }
    stages = [other for other in stages if other["stage"] != stage] + [record]
    stages.sort(key=lambda record: record["stage"])
    write_atomically(path, json.dumps(stages) + "\n")


def _counts(weights: np.ndarray) -> list[int]:
    return np.histogram(np.clip(weights, -1, 1), bins=BINS, range=(-1.0, 1.0))[0].tolist()
