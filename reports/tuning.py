"""python -m reports.tuning: learning rates and L2 of every method, by validation accuracy.

Every method is trained with two values of an option, then with the neighbours of the chosen one,
until that has both: its learning rate first; then, for methods that retrain other weights than they
pruned, the factor of stage 3's; then, for pruned methods, L2, and the rate that goes with it.  Test
data play no part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from qkeras_models.files.run_folder import RunFolder
from qkeras_models.interruptible_command import InterruptibleCommand
from reports.experiments.job_pool import Task, run_tasks
from reports.experiments.tuning_plan import SCHEDULES, Trial, decide
from reports.experiments.tuning_table import TABLE, best_options, collect, read_scores, result_file


@click.command(cls=InterruptibleCommand, going_on=lambda **_: "the same command goes on")
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
    try:
        names = _checked(network, methods)
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


def _checked(network: str, methods: Sequence[str]) -> Sequence[str]:
    """The methods to tune, by default all of the network's schedule."""
    allowed = SCHEDULES[network].methods
    for method in methods:
        if method not in allowed:
            raise ValueError(
                f"`--method` for {network} must be one of {', '.join(allowed)}. "
                f"Received: {method!r}"
            )
    return methods or allowed


def _left(network: str, methods: Sequence[str], runs: Path, table: Path) -> list[Trial]:
    """What the next choices need; finished runs are put into the table first."""
    while True:
        scores = read_scores(table)
        left = [trial for method in methods for trial in decide(network, method, scores)[1]]
        finished = [trial for trial in left if result_file(trial, runs).is_file()]
        if not finished:
            return left
        collect(finished, runs, table)


def _task(trial: Trial, runs: Path, data_folder: str | None) -> Task:
    resumed = (RunFolder(runs / trial.name).config).is_file()
    words = ["--resume"] if resumed else trial.arguments
    if data_folder and not resumed:
        words += ["--data-folder", data_folder]
    words += ["--name", trial.name, "--runs", str(runs), "--quiet"]
    command = [sys.executable, "-m", "training.command", *words]
    return Task(trial.name, command, runs / f"{trial.name}.log")


if __name__ == "__main__":
    main()
