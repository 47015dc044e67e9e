"""The networks of run folders (runs/NAME), as training and conversion left them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qkeras_models.files.run_folder import RunFolder
from reports.comparison.compared_network import ComparedNetwork
from reports.comparison.compared_results import read_network, training_details
from reports.network.sizes import network_size
from reports.records.record import Resources, Source
from reports.records.results_file import NetworkRecord
from training.data.targets.task import Task

if TYPE_CHECKING:
    from reports.network.sizes import LayerSize

SIZE_FIGURES = (
    "weights", "nonzeros", "sparsity", "encoded_bits", "bits_per_weight", "ratio_vs_binary",
    "ratio_vs_ternary",
)


def networks_of_runs(folders: Sequence[Path]) -> tuple[ComparedNetwork, ...]:
    """Each finished run as a network of its own name.

    Runs of the same name are told apart by their paths as given.

    Raises:
        ValueError: naming a folder that is no run, is not finished or is damaged, or that stands
            there twice.
    """
    resolved = [folder.resolve() for folder in folders]
    twice = [str(f) for f, count in Counter(resolved).items() if count > 1]
    if twice:
        raise ValueError(f"each run must be given once. Received: {', '.join(twice)} twice")
    names = Counter(folder.name for folder in resolved)
    return tuple(
        _compared(folder, place.name if names[place.name] == 1 else str(folder))
        for folder, place in zip(folders, resolved, strict=True)
    )


def data_sets(folders: Sequence[Path]) -> tuple[str, ...]:
    """The distinct data sets of runs, in order."""
    return tuple(dict.fromkeys(_read_json(RunFolder(folder).result)["data"] for folder in folders))


def _compared(folder: Path, name: str) -> ComparedNetwork:
    result, config = _read_run(folder)
    file = RunFolder(folder).network
    size = network_size(read_network(file)) if file.is_file() else None
    figures, sources = _figures(result, size.total if size else None)
    record = NetworkRecord(
        network=_architecture(config, result),
        method=config.get("method", "sparse"),
        wanted_sparsity=config.get("sparsity"),
        seed=config.get("seed", 0),
        sources=sources,
        network_file=file.as_posix() if size else None,
        layer_sparsity={layer.name: layer.sparsity for layer in size.layers} if size else {},
        epochs=result["epochs"],
        learning_rate=config.get("learning_rate"),
        metric=result.get("metric", Task.CLASSES.metric),
        seconds=float(result["seconds"]),
        **figures,
    )
    return ComparedNetwork(record, name, _resources(folder), size, **training_details(folder))


def _read_run(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    import yaml

    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder: a run is one, such as runs/NAME")
    if not RunFolder(folder).config.is_file():
        raise ValueError(
            f"{folder} is no run folder: it holds no {RunFolder(folder).config.name}"
        )
    if not RunFolder(folder).result.is_file():
        raise ValueError(
            f"the run {folder} is not finished: it holds no {RunFolder(folder).result.name}; "
            f"continue it with train.py --resume --name {folder.resolve().name}"
        )
    try:
        config = yaml.safe_load(RunFolder(folder).config.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{RunFolder(folder).config} is damaged: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{RunFolder(folder).config} is damaged: it must hold a mapping")
    result = _read_json(RunFolder(folder).result)
    missing = {"data", "test_accuracy", "validation_accuracy", "epochs", "seconds"} - set(result)
    if missing:
        lacks = ", ".join(sorted(missing))
        raise ValueError(f"{RunFolder(folder).result} is damaged: it lacks {lacks}")
    return result, config


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: it must hold an object")
    return content


def _architecture(config: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    hidden = config.get("hidden")
    widths = "-".join(map(str, hidden)) if isinstance(hidden, list) else "network"
    factor = config.get("width", 1)
    scaled = widths if factor == 1 else f"{widths}, width {factor}"
    metric = result.get("metric", Task.CLASSES.metric)
    # Scores of two metrics do not compare.
    judged = "" if metric == Task.CLASSES.metric else f", {metric}"
    return f"{result['data']}, {scaled}{judged}"


def _figures(
    result: Mapping[str, Any], total: LayerSize | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Figures of a record and their sources; sizes only of a run that was converted."""
    # Trials of a search are not tested.
    accuracies = {key: result[key] for key in ("test_accuracy", "validation_accuracy")}
    measured = {key: value for key, value in accuracies.items() if value is not None}
    if total is not None:
        counted = {key: getattr(total, key) for key in SIZE_FIGURES}
    else:
        counted = {key: result.get(key) for key in ("weights", "nonzeros", "sparsity")}
    counted = {key: value for key, value in counted.items() if value is not None}
    sources = dict.fromkeys(measured, Source.MEASURED.value)
    return measured | counted, sources | dict.fromkeys(counted, Source.COUNTED.value)


def _resources(folder: Path) -> Resources:
    from reports.network.report_tables import resources_of

    path = RunFolder(folder).report_document
    if not path.is_file():
        return {}
    try:
        return resources_of(_read_json(path)["resources"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
