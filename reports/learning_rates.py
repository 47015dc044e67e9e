"""python -m reports.learning_rates: the learning rate of every method, by validation accuracy.

Every method is trained with two rates, then with the neighbours of the better
one, until the best rate stands between two worse ones.  Test data play no part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reports.job_pool import Task, run_tasks
from training.method import Method

TABLE = Path(__file__).parent / "results" / "learning_rates.json"
RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)
FIRST = (3e-3, 1e-2)
DEFAULT = 3e-3
# Network, method, learning rate.
Trial = tuple[str, str, float]


@dataclass(frozen=True)
class Schedule:
    """How a network is trained to find its rates.

    Args:
        network: arguments of train.py that choose it.
        epochs: of stage 1 and stage 3.
        sparsity: of pruned methods.
        methods: that are compared.
    """

    network: tuple[str, ...]
    epochs: tuple[int, int]
    sparsity: float
    methods: tuple[str, ...] = tuple(method.value for method in Method)


# For mnist-small the reproduction's own: shorter ones favour rates that are too high.
SCHEDULES = {
    "mnist-small": Schedule(("mnist-small",), (47, 19), 0.98),
    "cifar-vgg16": Schedule(
        ("cifar-vgg", "--width", "16"), (10, 5), 0.9, ("sparse", "binary", "ternary")
    ),
}


def best_rates(network: str = "mnist-small", table: Path = TABLE) -> dict[str, float]:
    """The rate of highest validation accuracy, by method; the smaller of two equally good.

    Raises:
        ValueError: if the table is damaged.
    """
    return {method: _best(scores) for method, scores in scores_by_method(network, table).items()}


def scores_by_method(network: str, table: Path) -> dict[str, dict[float, float]]:
    """Validation accuracy by method and learning rate."""
    scores: dict[str, dict[float, float]] = {}
    for trial in read_table(table):
        if trial["network"] != network:
            continue
        own = scores.setdefault(trial["method"], {})
        own[trial["learning_rate"]] = trial["validation_accuracy"]
    return scores


def _best(scores: dict[float, float]) -> float:
    return max(sorted(scores), key=scores.__getitem__)


def next_rates(scores: dict[float, float]) -> list[float]:
    """Rates still to be tried, given the accuracies of those that were."""
    wanted = FIRST
    if set(FIRST) <= set(scores):
        place = RATES.index(_best(scores))
        wanted = RATES[max(place - 1, 0) : place + 2]
    return [rate for rate in wanted if rate not in scores]


def read_table(table: Path) -> list[dict[str, Any]]:
    """The trials: network, method, learning_rate, validation_accuracy and how they were trained.

    Raises:
        ValueError: if the table is damaged.
    """
    try:
        trials = json.loads(table.read_text(encoding="utf-8"))
        for trial in trials:
            float(trial["learning_rate"]), float(trial["validation_accuracy"])
            trial["network"], trial["method"]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{table} is no valid table of learning rates: {error}") from None
    return trials


def arguments(network: str, method: str, rate: float) -> list[str]:
    """What train.py is told for one trial."""
    schedule = SCHEDULES[network]
    stage1, stage3 = schedule.epochs
    return [
        *schedule.network, "--method", method, "--learning-rate", str(rate),
        "--sparsity", str(schedule.sparsity), "--stage1-epochs", str(stage1),
        "--stage3-epochs", str(stage3), "--seed", "0",
    ]


@click.command()
@click.option("--network", type=click.Choice(list(SCHEDULES)), default="mnist-small",
              show_default=True)
@click.option("--method", "methods", multiple=True,
              help="May be repeated.  [default: all of the network]")
@click.option("--jobs", "processes", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/learning-rates"))
@click.option("--table", type=click.Path(path_type=Path), default=TABLE)
@click.option("--data-folder", help="Folder with the files of the data set.")
def main(
    network: str,
    methods: tuple[str, ...],
    processes: int,
    threads: int,
    runs: Path,
    table: Path,
    data_folder: str | None,
) -> None:
    """Trains every method with every rate, restartable, and writes the table of accuracies."""
    names = methods or SCHEDULES[network].methods
    try:
        while trials := _trials(network, names, runs, table):
            tasks = [_task(trial, runs, data_folder) for trial in trials]
            with closing(run_tasks(tasks, processes, threads)) as ends:
                for done in ends:
                    if done.status:
                        raise RuntimeError(f"{done.task.job} failed, see {done.task.log}")
                    collect(trials, runs, table)
                    click.echo(f"{done.task.job}: {done.seconds:.0f} s")
        click.echo(json.dumps(best_rates(network, table), indent=2))
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def _trials(network: str, methods: Sequence[str], runs: Path, table: Path) -> list[Trial]:
    """What is left to try; finished runs are put into the table first."""
    collect([(network, method, rate) for method in methods for rate in RATES], runs, table)
    scores = scores_by_method(network, table)
    return [
        (network, method, rate) for method in methods for rate in next_rates(scores.get(method, {}))
    ]


def _task(trial: Trial, runs: Path, data_folder: str | None) -> Task:
    name = _name(*trial)
    words = ["--resume"] if (runs / name / "config.yaml").is_file() else arguments(*trial)
    if data_folder and "--resume" not in words:
        words += ["--data-folder", data_folder]
    words += ["--name", name, "--runs", str(runs), "--quiet"]
    return Task(name, [sys.executable, "-m", "training.command", *words], runs / f"{name}.log")


def _name(network: str, method: str, rate: float) -> str:
    return f"{network}-{method}-{rate}"


def collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    """Puts the validation accuracies of finished trials into the table; others stay."""
    from qkeras_models.folder_lock import exclusive_file

    with exclusive_file(table, lambda message: click.echo(message, err=True)):
        _collect(trials, runs, table)


def _collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    from qkeras_models.atomic_write import write_atomically

    kept = {
        (trial["network"], trial["method"], trial["learning_rate"]): trial
        for trial in read_table(table)
    }
    for network, method, rate in trials:
        finished = runs / _name(network, method, rate) / "training.json"
        if finished.is_file():
            result = json.loads(finished.read_text(encoding="utf-8"))
            kept[network, method, rate] = {
                "network": network,
                "method": method,
                "learning_rate": rate,
                "validation_accuracy": result["validation_accuracy"],
                "sparsity": result["sparsity"],
                "command": " ".join(["python train.py", *arguments(network, method, rate)]),
            }
    table.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(table, json.dumps([kept[key] for key in sorted(kept)], indent=2) + "\n")


if __name__ == "__main__":
    main()
