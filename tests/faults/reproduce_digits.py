"""`python -m reports.reproduce` with a plan of two short trainings on digits."""

from __future__ import annotations

from dataclasses import replace

from qkeras_models.networks.presets import PRESETS
from reports import reproduce
from reports.experiments import reproduce_job, reproduction_plan
from reports.experiments.network_plans import NETWORKS
from reports.experiments.reproduction_plan import Job

JOBS = (
    Job("mnist-small", "sparse", 0.8, 0, quick=True),
    Job("mnist-small", "binary", None, 0, quick=True),
)


def use_digits() -> None:
    """Replaces the plan, in this process and in those of its jobs."""
    PRESETS["mnist-small"] = {
        "data": "digits", "hidden": [24, 16], "batch_size": 64, "checkpoint_seconds": 0,
    }
    NETWORKS["mnist-small"] = replace(NETWORKS["mnist-small"], quick_epochs=(6, 3))
    reproduction_plan.best_options = lambda network: {}
    reproduce.jobs = lambda data, quick: JOBS


def _task(*arguments):
    task = _original_task(*arguments)
    return replace(task, command=[
        "tests.faults.reproduce_digits_job" if word == "reports.experiments.reproduce_job" else word
        for word in task.command
    ])


_original_task = reproduce._task
reproduce._task = _task

if __name__ == "__main__":
    use_digits()
    reproduce.main()
else:
    use_digits()
    main = reproduce_job.main
