"""The table of trials: validation accuracies, and the options that they choose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from qkeras_models.files.run_folder import RunFolder
from reports.experiments.tuning_plan import SCHEDULES, Trial, decide

TABLE = Path(__file__).with_name("tuning.json")


def best_options(network: str = "mnist-small", table: Path = TABLE) -> dict[str, dict[str, float]]:
    """Options of train.py by method, without those that were not chosen.

    Raises:
        ValueError: if the table is damaged.
    """
    scores = read_scores(table)
    schedule, found = SCHEDULES[network], {}
    others = SCHEDULES[schedule.others].methods if schedule.others else ()
    for method in dict.fromkeys((*schedule.methods, *others)):
        trial, _ = decide(network, method, scores)
        found[method] = {"learning_rate": trial.learning_rate}
        if trial.retrain_learning_rate != 1.0:
            found[method]["retrain_learning_rate"] = trial.retrain_learning_rate
        if trial.tunes_l2 and trial in scores:
            found[method]["l2"] = trial.l2
    return found


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


def result_file(trial: Trial, runs: Path) -> Path:
    """What a finished trial leaves in its run."""
    return RunFolder(runs / trial.name).result


def collect(trials: Sequence[Trial], runs: Path, table: Path) -> None:
    """Puts the validation accuracies of finished trials into the table; others stay."""
    from qkeras_models.files.atomic_write import write_atomically
    from qkeras_models.files.folder_lock import exclusive_file

    finished = {trial: _row(trial, runs) for trial in trials if result_file(trial, runs).is_file()}
    with exclusive_file(table, lambda message: click.echo(message, err=True)):
        rows = {_trial(row): row for row in read_table(table)} | finished
        text = json.dumps([rows[trial] for trial in sorted(rows)], indent=2)
        write_atomically(table, text + "\n")


def _row(trial: Trial, runs: Path) -> dict[str, Any]:
    result = json.loads(result_file(trial, runs).read_text(encoding="utf-8"))
    return {
        **asdict(trial),
        "validation_accuracy": result["validation_accuracy"],
        "sparsity": result["sparsity"],
        "command": " ".join(["python", "train.py", *trial.arguments]),
    }
