"""python -m reports.tuning: learning rates and L2 of every method, by validation accuracy.

Every method is trained with two values of an option, then with the neighbours of the chosen one,
until that has both: its learning rate first; then, for methods that retrain other weights than they
pruned, the factor of stage 3's; then, for pruned methods, L2, and the rate that goes with it.  Test
data play no part.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import click

from reports.job_pool import Task, run_tasks
from training.method import Method

TABLE = Path(__file__).parent / "results" / "tuning.json"
DEFAULT = 3e-3
# Of MNIST and of CIFAR-10 alike.
VALIDATION_IMAGES = 5000
ALL = tuple(method.value for method in Method)
PRUNED = tuple(method.value for method in Method if not method.dense)
# Methods whose stage 3 gets a learning rate of its own, as a factor of stage 1's: signs instead of
# the floats that stage 1 trained.
RETRAINED = (Method.MAGNITUDE.value,)


@dataclass(frozen=True)
class Choice:
    """Values that an option of train.py may have.

    Args:
        values: all of them, ascending.
        first: the two that are tried first.
        methods: that have the option.
    """

    values: tuple[float, ...]
    first: tuple[float, float]
    methods: tuple[str, ...] = ALL

    def next_values(self, scores: Mapping[float, float]) -> list[float]:
        """The first values, then the neighbours of the chosen one, without those in `scores`."""
        wanted = self.first
        if set(wanted) <= set(scores):
            place = self.values.index(chosen(scores))
            wanted = self.values[max(place - 1, 0) : place + 2]
        return [value for value in wanted if value not in scores]


RATES = Choice((3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1), (3e-3, 1e-2))
FACTORS = Choice((0.03, 0.1, 0.3, 1.0), (0.3, 1.0), RETRAINED)


@dataclass(frozen=True)
class Schedule:
    """How a network is trained to find its options.

    Args:
        network: arguments of train.py that choose it.
        epochs: of stage 1 and stage 3.
        sparsity: of pruned methods.
        choices: options and what they may be, in the order in which they are chosen.
        l2: that is not chosen yet, or that of the network's preset.
        methods: that are compared.
        others: the network whose choices are taken of what is not chosen here.
    """

    network: tuple[str, ...]
    epochs: tuple[int, int]
    sparsity: float
    choices: tuple[tuple[str, Choice], ...]
    l2: float
    methods: tuple[str, ...] = ALL
    others: str | None = None


# Half of the reproduction's schedule: much shorter ones favour rates that are too high.
SCHEDULES = {
    "mnist-small": Schedule(
        ("mnist-small",), (21, 12), 0.98,
        (("learning_rate", RATES), ("retrain_learning_rate", FACTORS)), 2e-5,
    ),
    "lfc": Schedule(
        ("lfc",), (18, 7), 0.99,
        (("l2", Choice((2e-7, 2e-6, 2e-5, 2e-4), (2e-6, 2e-5), PRUNED)),), 2e-5,
        PRUNED, others="mnist-small",
    ),
    "cifar-vgg16": Schedule(
        ("cifar-vgg", "--width", "16"), (10, 4), 0.9,
        (
            ("learning_rate", replace(RATES, first=(1e-2, 3e-2))),
            ("l2", Choice((1e-7, 1e-6, 1e-5, 1e-4), (1e-6, 1e-5), PRUNED)),
            # More L2 bears larger steps.
            ("learning_rate", Choice((1e-2, 3e-2), (1e-2, 3e-2), PRUNED)),
        ),
        1e-6, ("sparse", "binary", "ternary"),
    ),
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Trial:
    """One training that is compared with others."""

    network: str
    method: str
    learning_rate: float
    retrain_learning_rate: float
    l2: float

    @property
    def tunes_l2(self) -> bool:
        """Whether L2 of this network and method is chosen by trials."""
        choices = SCHEDULES[self.network].choices
        return any(option == "l2" and self.method in choice.methods for option, choice in choices)

    @property
    def name(self) -> str:
        """Of its run: what the trial changes, such as ``mnist-small-magnitude-0.003-0.1``."""
        words = [self.network, self.method, str(self.learning_rate)]
        if self.retrain_learning_rate != 1.0:
            words.append(str(self.retrain_learning_rate))
        if self.l2 != SCHEDULES[self.network].l2:
            words.append(f"l2-{self.l2}")
        return "-".join(words)

    @property
    def arguments(self) -> list[str]:
        """What train.py is told."""
        schedule = SCHEDULES[self.network]
        stage1, stage3 = schedule.epochs
        words = [
            *schedule.network, "--method", self.method, "--learning-rate", str(self.learning_rate),
            "--sparsity", str(schedule.sparsity), "--stage1-epochs", str(stage1),
            "--stage3-epochs", str(stage3), "--seed", "0",
        ]  # fmt: skip
        if self.retrain_learning_rate != 1.0:
            words += ["--retrain-learning-rate", str(self.retrain_learning_rate)]
        if self.tunes_l2:
            words += ["--l2", str(self.l2)]
        return words


# Validation accuracy by trial.
Scores = Mapping[Trial, float]


def best_options(network: str = "mnist-small", table: Path = TABLE) -> dict[str, dict[str, float]]:
    """Options of train.py by method, without those that were not chosen.

    Raises:
        ValueError: if the table is damaged.
    """
    scores = read_scores(table)
    found = {}
    for method in SCHEDULES[network].methods:
        trial, _ = decide(network, method, scores)
        found[method] = {"learning_rate": trial.learning_rate}
        if trial.retrain_learning_rate != 1.0:
            found[method]["retrain_learning_rate"] = trial.retrain_learning_rate
        if trial.tunes_l2 and trial in scores:
            found[method]["l2"] = trial.l2
    return found


def decide(network: str, method: str, scores: Scores) -> tuple[Trial, list[Trial]]:
    """The chosen values by the trials run so far, and the trials that the next choice needs."""
    schedule = SCHEDULES[network]
    trial = Trial(network, method, DEFAULT, 1.0, schedule.l2)
    if schedule.others:
        other, _ = decide(schedule.others, method, scores)
        trial = replace(other, network=network, l2=schedule.l2)
    for option, choice in schedule.choices:
        if method in choice.methods:
            line = _line(trial, option, scores)
            if line:
                trial = replace(trial, **{option: chosen(line)})
            if left := choice.next_values(line):
                return trial, [replace(trial, **{option: value}) for value in left]
    return trial, []


def _line(trial: Trial, option: str, scores: Scores) -> dict[float, float]:
    """Accuracies of the trials that differ from one in an option alone, by its value."""
    return {
        getattr(other, option): accuracy
        for other, accuracy in scores.items()
        if replace(other, **{option: getattr(trial, option)}) == trial
    }


def chosen(scores: Mapping[float, float]) -> float:
    """The middle one of the values that are as good as the best, the smaller of two.

    As good: within one standard error √(p (1 − p) / VALIDATION_IMAGES) of the best accuracy p.
    """
    best = max(scores.values())
    error = math.sqrt(best * (1.0 - best) / VALIDATION_IMAGES)
    good = sorted(value for value, accuracy in scores.items() if accuracy >= best - error)
    return good[(len(good) - 1) // 2]


def read_scores(table: Path) -> dict[Trial, float]:
    """Validation accuracy by trial.

    Raises:
        ValueError: if the table is damaged.
    """
    return {_trial(row): row["validation_accuracy"] for row in read_table(table)}


def read_table(table: Path) -> list[dict[str, Any]]:
    """The trials: their values, validation_accuracy, sparsity and command.

    Raises:
        ValueError: if the table is damaged.
    """
    try:
        rows = json.loads(table.read_text(encoding="utf-8"))
        for row in rows:
            _trial(row), float(row["validation_accuracy"])
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{table} is no valid table of trials: {error}") from None
    return rows


def _trial(row: Mapping[str, Any]) -> Trial:
    return Trial(**{field.name: row[field.name] for field in fields(Trial)})


@click.command()
@click.option("--network", type=click.Choice(list(SCHEDULES)), default="mnist-small",
              show_default=True)
@click.option("--method", "methods", multiple=True,
              help="May be repeated.  [default: all of the network]")
@click.option("--jobs", "processes", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/tuning"))
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
    """Trains every method with every value tried, restartable, and writes the table."""
    names = methods or SCHEDULES[network].methods
    try:
        while trials := _left(network, names, runs, table):
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


def _left(network: str, methods: Sequence[str], runs: Path, table: Path) -> list[Trial]:
    """What the next choices need; finished runs are put into the table first."""
    while True:
        scores = read_scores(table)
        left = [trial for method in methods for trial in decide(network, method, scores)[1]]
        finished = [trial for trial in left if _result(trial, runs).is_file()]
        if not finished:
            return left
        collect(finished, runs, table)


def _task(trial: Trial, runs: Path, data_folder: str | None) -> Task:
    resumed = (runs / trial.name / "config.yaml").is_file()
    words = ["--resume"] if resumed else trial.arguments
    if data_folder and not resumed:
        words += ["--data-folder", data_folder]
    words += ["--name", trial.name, "--runs", str(runs), "--quiet"]
    command = [sys.executable, "-m", "training.command", *words]
    return Task(trial.name, command, runs / f"{trial.name}.log")


def _result(trial: Trial, runs: Path) -> Path:
    return runs / trial.name / "training.json"


def collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    """Puts the validation accuracies of finished trials into the table; others stay."""
    from qkeras_models.folder_lock import exclusive_file

    with exclusive_file(table, lambda message: click.echo(message, err=True)):
        _collect(trials, runs, table)


def _collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    from qkeras_models.atomic_write import write_atomically

    kept = {_trial(row): row for row in read_table(table)}
    for trial in trials:
        if _result(trial, runs).is_file():
            result = json.loads(_result(trial, runs).read_text(encoding="utf-8"))
            kept[trial] = {
                **asdict(trial),
                "validation_accuracy": result["validation_accuracy"],
                "sparsity": result["sparsity"],
                "command": " ".join(["python", "train.py", *trial.arguments]),
            }
    table.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(table, json.dumps([kept[trial] for trial in sorted(kept)], indent=2) + "\n")


if __name__ == "__main__":
    main()
