"""The float network that teaches every trial of a search, trained once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qkeras_models.files.run_folder import RunFolder
from training.search.trials.guarded_job import ERROR
from training.search.trials.job import TrialJob
from training.search.trials.trial import (
    RUN,
    run_claimed,
    train_or_resume,
    use_worker_quietly,
)

if TYPE_CHECKING:
    from distributed import Client

    from training.search.config import SearchConfig

OUTCOME = "teacher.json"


def teacher_folder(folder: Path) -> Path:
    """Where a search keeps its teacher's run."""
    return folder / "teacher"


def teacher_model(folder: Path) -> Path:
    """The teacher's model file."""
    return RunFolder(teacher_folder(folder) / RUN).model


def train_teacher(client: Client, config: SearchConfig, folder: Path) -> dict[str, Any]:
    """Trains the teacher of a search on one of its workers, or reads what came of it before.

    Raises:
        OtherJob: if the folder holds a teacher with other values.
        RuntimeError: if it cannot be trained.
    """
    values = config.teacher_config().model_dump()
    where = teacher_folder(folder).resolve()
    limits = {"seconds": config.trial_seconds, "threads": config.cluster.threads}
    job = TrialJob(where, values, **limits, client=client.id)
    outcome = client.submit(teach, job, key=("teacher", str(where)), pure=False).result()
    if ERROR in outcome:
        path = where / OUTCOME
        raise RuntimeError(f"the teacher failed: {outcome[ERROR]}; delete {path} to try again")
    return outcome


def teach(job: TrialJob) -> dict[str, Any]:
    """Trains a teacher on a worker, once."""

    def train() -> dict[str, Any]:
        use_worker_quietly(job.threads)
        from training.config import build_config

        return asdict(train_or_resume(build_config(job.training), job.folder / RUN))

    return run_claimed(job, OUTCOME, train)
