"""python -m reports.learning_rates: the learning rates of every method, by validation accuracy.

Every method is trained with two rates, then with the neighbours of the chosen one, until that has
both; then, for methods that retrain other weights than they pruned, with factors of stage 3's rate
in the same way.  Test data play no part.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reports.job_pool import Task, run_tasks
from training.method import Method

TABLE = Path(__file__).parent / "results" / "learning_rates.json"
DEFAULT = 3e-3
# Values to try, and those tried first.
RATES, FIRST_RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1), (3e-3, 1e-2)
FACTORS, FIRST_FACTORS = (0.03, 0.1, 0.3, 1.0), (0.3, 1.0)
# Methods whose stage 3 gets a learning rate of its own, as a factor of stage 1's: signs instead of
# the floats that stage 1 trained.
RETRAINED = (Method.MAGNITUDE.value,)
# Of MNIST and of CIFAR-10 alike.
VALIDATION_IMAGES = 5000
# Network, method, learning rate, factor of stage 3.
Trial = tuple[str, str, float, float]
# Validation accuracy by learning rate and factor.
Scores = dict[tuple[float, float], float]


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


# Half of the reproduction's schedule: much shorter ones favour rates that are too high.
SCHEDULES = {
    "mnist-small": Schedule(("mnist-small",), (21, 12), 0.98),
    "cifar-vgg16": Schedule(
        ("cifar-vgg", "--width", "16"), (13, 5), 0.9, ("sparse", "binary", "ternary")
    ),
}


def best_options(network: str = "mnist-small", table: Path = TABLE) -> dict[str, dict[str, float]]:
    """The chosen learning_rate, and that of stage 3 where it is chosen and not 1, by method.

    Raises:
        ValueError: if the table is damaged.
    """
    found = {}
    for method, scores in scores_by_method(network, table).items():
        rate = chosen(_rates(scores))
        found[method] = {"learning_rate": rate}
        if method in RETRAINED and (factor := chosen(_factors(scores, rate))) != 1.0:
            found[method]["retrain_learning_rate"] = factor
    return found


def scores_by_method(network: str, table: Path) -> dict[str, Scores]:
    """Validation accuracy by method, then by learning rate and factor."""
    scores: dict[str, Scores] = {}
    for trial in read_table(table):
        if trial["network"] == network:
            key = trial["learning_rate"], trial.get("retrain_learning_rate", 1.0)
            scores.setdefault(trial["method"], {})[key] = trial["validation_accuracy"]
    return scores


def chosen(scores: Mapping[float, float]) -> float:
    """The middle one of the values that are as good as the best, the smaller of two.

    As good: within one standard error √(p (1 − p) / VALIDATION_IMAGES) of the best accuracy p.
    """
    best = max(scores.values())
    error = math.sqrt(best * (1.0 - best) / VALIDATION_IMAGES)
    good = sorted(value for value, accuracy in scores.items() if accuracy >= best - error)
    return good[(len(good) - 1) // 2]


def next_trials(method: str, scores: Scores) -> list[tuple[float, float]]:
    """Rates and factors still to be tried, given the accuracies of those that were."""
    rates = _rates(scores)
    left = [(rate, 1.0) for rate in _next(rates, RATES, FIRST_RATES)]
    if left or method not in RETRAINED:
        return left
    rate = chosen(rates)
    return [(rate, f) for f in _next(_factors(scores, rate), FACTORS, FIRST_FACTORS)]


def _rates(scores: Scores) -> dict[float, float]:
    return {rate: accuracy for (rate, factor), accuracy in scores.items() if factor == 1.0}


def _factors(scores: Scores, rate: float) -> dict[float, float]:
    return {factor: accuracy for (of, factor), accuracy in scores.items() if of == rate}


def _next(
    scores: Mapping[float, float], values: Sequence[float], first: Sequence[float]
) -> list[float]:
    """The first values, then the neighbours of the chosen one, without those that were tried."""
    wanted = first
    if set(first) <= set(scores):
        place = values.index(chosen(scores))
        wanted = values[max(place - 1, 0) : place + 2]
    return [value for value in wanted if value not in scores]


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


def arguments(network: str, method: str, rate: float, factor: float = 1.0) -> list[str]:
    """What train.py is told for one trial."""
    retrain = [] if factor == 1.0 else ["--retrain-learning-rate", str(factor)]
    schedule = SCHEDULES[network]
    stage1, stage3 = schedule.epochs
    return [
        *schedule.network, "--method", method, "--learning-rate", str(rate),
        "--sparsity", str(schedule.sparsity), "--stage1-epochs", str(stage1),
        "--stage3-epochs", str(stage3), "--seed", "0", *retrain,
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
        click.echo(json.dumps(best_options(network, table), indent=2))
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def _trials(network: str, methods: Sequence[str], runs: Path, table: Path) -> list[Trial]:
    """What is left to try; finished runs are put into the table first."""
    tried = [(rate, factor) for rate in RATES for factor in FACTORS]
    collect([(network, method, *trial) for method in methods for trial in tried], runs, table)
    scores = scores_by_method(network, table)
    return [
        (network, method, *trial)
        for method in methods
        for trial in next_trials(method, scores.get(method, {}))
    ]


def _task(trial: Trial, runs: Path, data_folder: str | None) -> Task:
    name = _name(*trial)
    words = ["--resume"] if (runs / name / "config.yaml").is_file() else arguments(*trial)
    if data_folder and "--resume" not in words:
        words += ["--data-folder", data_folder]
    words += ["--name", name, "--runs", str(runs), "--quiet"]
    return Task(name, [sys.executable, "-m", "training.command", *words], runs / f"{name}.log")


def _name(network: str, method: str, rate: float, factor: float) -> str:
    return f"{network}-{method}-{rate}" + ("" if factor == 1.0 else f"-{factor}")


def collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    """Puts the validation accuracies of finished trials into the table; others stay."""
    from qkeras_models.folder_lock import exclusive_file

    with exclusive_file(table, lambda message: click.echo(message, err=True)):
        _collect(trials, runs, table)


def _collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    from qkeras_models.atomic_write import write_atomically

    kept = {_key(trial): trial for trial in read_table(table)}
    for network, method, rate, factor in trials:
        finished = runs / _name(network, method, rate, factor) / "training.json"
        if finished.is_file():
            result = json.loads(finished.read_text(encoding="utf-8"))
            words = ["python", "train.py", *arguments(network, method, rate, factor)]
            trial = {
                "network": network,
                "method": method,
                "learning_rate": rate,
                "retrain_learning_rate": factor,
                "validation_accuracy": result["validation_accuracy"],
                "sparsity": result["sparsity"],
                "command": " ".join(words),
            }
            kept[_key(trial)] = trial
    table.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(table, json.dumps([kept[key] for key in sorted(kept)], indent=2) + "\n")


def _key(trial: Mapping[str, Any]) -> Trial:
    factor = trial.get("retrain_learning_rate", 1.0)
    return trial["network"], trial["method"], trial["learning_rate"], factor


if __name__ == "__main__":
    main()
