"""The networks that a search found, among the records of a results file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.config_file import read_config
from qkeras_models.files.folder_lock import exclusive_file
from qkeras_models.files.run_folder import RunFolder
from reports.comparison.compared_results import read_network
from reports.network.network_figures import HARDWARE, hardware_sources, network_figures, sources_of
from reports.records.results_file import NetworkRecord, load_records, save_records
from reports.records.search_record import ParetoPoint, SearchRecord
from training.config import build_config
from training.data.targets.task import Task

METHOD = "search "


def publish(
    record: SearchRecord, folder: Path, target: Path, tell: Callable[[str], None]
) -> tuple[NetworkRecord, ...]:
    """Puts every measured network of the Pareto set into a results file, its .npz beside it.

    Their `network` is the search's name, and `method` is "search 7" for trial 7; earlier ones of
    the same search are replaced.

    Args:
        record: of the search.
        folder: of the search, with the trials' folders.
        target: the results file, such as reports/results/mnist.json.
        tell: is told if another process has the results file.

    Raises:
        ValueError: if nothing was measured, a file is missing or damaged, or the networks' data
            set is not the one that the results file is named after.
    """
    data = build_config(record.config["training"]).data
    if not target.stem.startswith(data):
        raise ValueError(f"{target} must be named after the search's data set. Received: {data}")
    found = tuple(
        _published(point, record.name, folder, target.parent)
        for point in record.pareto
        if "test_accuracy" in point.measured
    )
    if not found:
        raise ValueError(f"{folder} has no measured network: finish the search first")
    with exclusive_file(target, tell):
        records = load_records(target)
        earlier = [r for r in records if r.network == record.name and r.method.startswith(METHOD)]
        save_records([*(r for r in records if r not in earlier), *found], target)
    kept = {r.network_file for r in found}
    for name in (r.network_file for r in earlier):
        if name not in kept:
            (target.parent / name).unlink(missing_ok=True)
    return found


def _published(point: ParetoPoint, name: str, folder: Path, results: Path) -> NetworkRecord:
    run = folder / "trials" / f"{point.trial.number:05d}" / "run"
    file = Path("networks", f"{name}-{point.trial.number}.npz")
    write_atomically(results / file, _bytes(RunFolder(run).network))
    training = json.loads(_bytes(RunFolder(run).result))
    config = read_config(RunFolder(run).config)
    hardware = {key: point.measured[key] for key in HARDWARE if key in point.measured}
    figures = {
        **network_figures(read_network(results / file)),
        "test_accuracy": point.measured["test_accuracy"],
        "validation_accuracy": training["validation_accuracy"],
    }
    return NetworkRecord(
        name,
        f"{METHOD}{point.trial.number}",
        config["seed"],
        wanted_sparsity=config["sparsity"],
        **figures,
        **hardware,
        sources={**sources_of(figures), **hardware_sources(hardware, point.synthesis)},
        network_file=file.as_posix(),
        epochs=training["epochs"],
        learning_rate=config["learning_rate"],
        metric=training.get("metric", Task.CLASSES.metric),
        command=point.command,
        seconds=training["seconds"],
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: the folder of the search must be whole") from None
