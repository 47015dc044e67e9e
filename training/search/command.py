"""python -m training.search: the best networks for a budget, found by many trainings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qkeras_models.interruptible_command import InterruptibleCommand
from training.command import RUNS

if TYPE_CHECKING:
    import optuna
    from distributed import Client

    from training.search.config import SearchConfig

AGAIN = "the same command tries again"
SYNTHESIZED = {"luts": "LUTs (yosys)", "positions": "positions (yosys)"}


@click.command(cls=InterruptibleCommand, going_on=lambda **_: "the same command goes on",
               context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config_file", metavar="CONFIG.yaml", type=click.Path(path_type=Path))
@click.option("--runs", type=click.Path(path_type=Path), default=RUNS, show_default=True,
              help="Folder of search/NAME, which holds the study and a folder for each trial.")
@click.option("--trials", type=click.IntRange(min=1), help="In all, instead of the file's.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True),
              help="After which no trial is begun, instead of the file's.")
@click.option("--list", "only_list", is_flag=True, help="Show what was found so far.")
def main(
    config_file: Path, runs: Path, trials: int | None, hours: float | None, only_list: bool
) -> None:
    """Searches the most accurate networks for a budget of LUTs, LUT positions, bits or nanoseconds.

    Interrupt it at any time: the same command goes on.  Run it twice, and the two share the work.
    docs/search.md tells what CONFIG.yaml may hold.

    \b
    Examples:
      python -m training.search searches/digits.yaml
      python -m training.search searches/mnist-frontier.yaml --hours 8
    """
    try:
        folder = _run(config_file, runs, {"trials": trials, "hours": hours}, only_list)
    except ModuleNotFoundError as error:
        missing = f"{error.name} is missing: pip install 'sparse-ternary[search]'"
        click.echo(f"error: {missing}", err=True)
        sys.exit(1)
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    click.echo(f"next: python -m reports.search {folder}")


def _run(config_file: Path, runs: Path, given: dict[str, Any], only_list: bool) -> Path:
    from rich.console import Console

    from training.search.config import read_search
    from training.search.progress import Progress
    from training.search.study import open_study, storage_url

    own = {name: value for name, value in given.items() if value is not None}
    config = read_search(config_file).model_copy(update=own)
    folder = runs / "search" / config.name
    study = open_study(config, folder)
    console = Console()
    if only_list:
        console.print(Progress(config, study, console).line(0, 1), highlight=False)
        _show(config, study, console, {})
        return folder
    console.print(f"optuna-dashboard {storage_url(config, folder)}", highlight=False)
    measured = _search(config, study, folder, console)
    _show(config, study, console, measured)
    return folder


def _search(
    config: SearchConfig, study: optuna.Study, folder: Path, console: Any
) -> dict[int, dict[str, Any]]:
    """Runs all trials, then measures the best; search.json is written whatever happens.

    Only a search whose folder is another one's leaves the record there as it is.
    """
    from training.search.driver import Driver
    from training.search.progress import Progress
    from training.search.trials.claimed_folder import OtherJob
    from training.search.trials.teacher import train_teacher
    from training.search.workers.cluster import connected

    measured: dict[int, dict[str, Any]] = {}
    try:
        with connected(config.cluster) as (client, capacity):
            if config.teacher is not None:
                console.print("training the teacher")
                train_teacher(client, config, folder)
            with Progress(config, study, console) as progress:
                Driver(config, study, folder, client, capacity, progress).run()
            for number, found in _measured(config, study, folder, client, console):
                measured[number] = found
    except OtherJob:
        raise
    except BaseException:
        _write(config, study, folder, measured)
        raise
    return _write(config, study, folder, measured)


def _measured(
    config: SearchConfig, study: optuna.Study, folder: Path, client: Client, console: Any
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and figures of the best networks; tells of those that cannot be measured."""
    from training.search.driver import trial_folder
    from training.search.study import pareto_trials, spread
    from training.search.trials.guarded_job import ERROR
    from training.search.trials.measuring import MeasuringJob, measure_all

    numbers = spread([trial.number for trial in pareto_trials(study)], config.synthesize)
    jobs = [
        MeasuringJob(
            trial_folder(folder.resolve(), number),
            config.trial_seconds,
            config.cluster.threads,
            config.optimize and config.optimize.value,
            config.clock_period,
            client.id,
        )
        for number in numbers
    ]
    steps = "C-simulation, Verilog, synthesis, test data"
    console.print(f"measuring {len(jobs)} networks: {steps}")
    for number, found in zip(numbers, measure_all(client, jobs), strict=True):
        if ERROR in found:
            failed = f"trial {number} was not measured: {found[ERROR]}; {AGAIN}"
            console.print(failed, markup=False, highlight=False)
        yield number, found


def _write(
    config: SearchConfig, study: optuna.Study, folder: Path, measured: dict[int, dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Writes search.json; returns what is known of each trial of the Pareto set by now."""
    from training.search.driver import trial_folder
    from training.search.record import write_record
    from training.search.study import pareto_trials
    from training.search.trials.measuring import measured_before

    numbers = [trial.number for trial in pareto_trials(study)]
    known = {n: measured.get(n) or measured_before(trial_folder(folder, n)) for n in numbers}
    write_record(config, study, folder, known)
    return known


def _show(
    config: SearchConfig, study: optuna.Study, console: Any, measured: dict[int, dict[str, Any]]
) -> None:
    """The Pareto set, cheapest first."""
    from rich import box
    from rich.table import Table

    from training.data.targets.task import score_text
    from training.search.progress import figure_text
    from training.search.study import metric_of, pareto_trials

    known = any(measured.values())
    # Searches of earlier versions did not measure positions.
    cells = {
        name: heading
        for name, heading in SYNTHESIZED.items()
        if name == "luts" or any(name in found for found in measured.values())
    }
    trials = pareto_trials(study)
    metric = metric_of(trials)
    headings = [*cells.values(), f"test {metric}"] if known else []
    table = Table("trial", *(o.value for o in config.objectives), *headings, box=box.SIMPLE_HEAD)
    for trial in trials:
        values = zip(config.objectives, trial.values, strict=True)
        shown = [figure_text(objective, value, metric) for objective, value in values]
        if known:
            found = measured.get(trial.number, {})
            shown += [f"{found[name]:,}" if name in found else "n/a" for name in cells]
            tested = found.get("test_accuracy")
            shown.append("n/a" if tested is None else score_text(metric, tested))
        table.add_row(str(trial.number), *shown)
    console.print(table)


if __name__ == "__main__":
    main()
