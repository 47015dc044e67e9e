"""Whose work a trial's folder holds, so that no result is taken for another trial's."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.search.trials.guarded_job import write_json
from training.search.trials.job import TrialJob

JOB = "job.json"


class OtherJob(ValueError):
    """The folder holds work of another job."""


def claim(job: TrialJob, outcome: str, config: Path) -> None:
    """Notes in a job's folder what the job is, or compares it with what was noted before.

    Args:
        job: of a trial or a teacher.
        outcome: name of the file with its result.
        config: of its training, in the folder; it need not exist.

    Raises:
        OtherJob: naming a value that differs, or if nothing tells what the result is of.
    """
    path, own = job.folder / JOB, _noted(job)
    if path.is_file():
        _compare(json.loads(path.read_text(encoding="utf-8")), own, job.folder)
        return
    if config.is_file() or (job.folder / outcome).is_file():
        raise OtherJob(f"{job.folder} holds a result, but nothing tells of what: {REMEDY}")
    write_json(path, own)


REMEDY = "choose another `name` for the search, or delete its folder"


def _noted(job: TrialJob) -> dict[str, Any]:
    """All that decides on a job's figures, as JSON gives it back; not `shares`, which report."""
    content = {
        "training": dict(job.training),
        "teacher": None if job.teacher is None else dict(job.teacher),
        "stage_delay": job.stage_delay,
        "optimize": job.optimize,
        "clock_period": job.clock_period,
        "bars": [(bar.share, bar.steps) for bar in job.bars],
    }
    return json.loads(json.dumps(content))


def _compare(before: Mapping[str, Any], own: Mapping[str, Any], folder: Path) -> None:
    theirs, ours = _values(before), _values(own)
    for name in {**ours, **theirs}:
        if theirs.get(name) != ours.get(name):
            raise OtherJob(
                f"{folder} holds work of another configuration, with `{name}` "
                f"{reprlib.repr(theirs.get(name))}: {REMEDY}. "
                f"Received: {reprlib.repr(ours.get(name))}"
            )


def _values(noted: Mapping[str, Any]) -> dict[str, Any]:
    """All values by name.

    A teacher is known by its training, not by the path of its model: folders can be moved.
    """
    training = _training(noted["training"])
    own = {name: noted.get(name) for name in ("stage_delay", "optimize", "clock_period", "bars")}
    values = {**training, **own}
    if noted["teacher"] is None:
        return values
    by_path = training["teacher"] or {}
    values["teacher"] = {name: value for name, value in by_path.items() if name != "model"}
    teacher = _training(noted["teacher"])
    return values | {f"teacher.{name}": value for name, value in teacher.items()}


def _training(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an earlier version did not know has its default; what this one does not, stays."""
    from training.config import build_config

    try:
        return build_config(dict(values)).model_dump()
    except ValueError:
        return {"teacher": None, **values}
