"""The Optuna study of a search: its storage, its identity, its sampler."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.data.targets.task import Task

if TYPE_CHECKING:
    import optuna

    from training.search.config import SearchConfig

# What may not change while a study goes on: earlier trials would no longer compare.
IDENTITY = (
    "training", "teacher", "space", "objectives", "constraints", "stage_delay", "optimize",
    "clock_period",
)
SEARCH = "search"
METRIC = "metric"
SECONDS_FOR_LOCK = 60


def open_study(config: SearchConfig, folder: Path) -> optuna.Study:
    """The study of a search, new or continued.

    Raises:
        ValueError: if it was begun with another search space, objective, constraint or training.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=_storage(config.storage, folder),
        study_name=config.name,
        directions=[objective.direction for objective in config.objectives],
        load_if_exists=True,
    )
    _check_identity(study, config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names([objective.value for objective in config.objectives])
    return study


def storage_url(config: SearchConfig, folder: Path) -> str:
    """What optuna-dashboard is told to show the study; *** stands for a password."""
    files = {"sqlite": f"sqlite:///{folder / 'study.db'}", "journal": f"{folder / 'study.journal'}"}
    return files.get(config.storage) or without_password(config.storage)


def without_password(storage: str) -> str:
    """A storage as logs and pages may show it: postgresql://user:***@host/name."""
    from sqlalchemy.engine import make_url

    return make_url(storage).render_as_string() if "://" in storage else storage


def _storage(storage: str, folder: Path) -> Any:
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    if storage == "journal":
        return JournalStorage(JournalFileBackend(str(folder / "study.journal")))
    if storage == "sqlite":
        # Drivers that write at the same time wait for one another.
        waiting = {"connect_args": {"timeout": SECONDS_FOR_LOCK}}
        return RDBStorage(f"sqlite:///{folder / 'study.db'}", engine_kwargs=waiting)
    return RDBStorage(storage, engine_kwargs={"pool_pre_ping": True})


def _check_identity(study: optuna.Study, config: SearchConfig) -> None:
    own = config.model_dump(mode="json", include=set(IDENTITY))
    begun = study.user_attrs.get(SEARCH)
    if begun is None:
        study.set_user_attr(SEARCH, own)
        return
    changed = [name for name in own if begun.get(name) != own[name]]
    if changed:
        raise ValueError(
            f"the search {config.name} was begun with another `{changed[0]}`: choose another "
            "`name`, or set it back"
        )


def sampler(config: SearchConfig, number: int) -> optuna.samplers.BaseSampler:
    """The sampler of one trial, seeded by its number.

    Drivers that run side by side, or one after the other, so never choose the same at random.
    """
    from optuna.samplers import NSGAIISampler, RandomSampler, TPESampler

    seed = zlib.crc32(f"{config.seed} {number}".encode())
    if config.sampler == "random":
        return RandomSampler(seed=seed)
    if config.sampler == "nsga2":
        return NSGAIISampler(population_size=config.startup_trials, seed=seed)
    return TPESampler(n_startup_trials=config.startup_trials, seed=seed)


def pareto_trials(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Trials that no other one dominates and that keep to the constraints, by last objective."""
    feasible = [
        trial
        for trial in study.best_trials
        if all(violation <= 0 for violation in trial.constraints.values())
    ]
    return sorted(feasible, key=lambda trial: (trial.values[-1], trial.number))


def metric_of(trials: Iterable[optuna.trial.FrozenTrial]) -> str:
    """What accuracies of a study are measured by, as its finished trials say."""
    known = (trial.user_attrs[METRIC] for trial in trials if METRIC in trial.user_attrs)
    return next(known, Task.CLASSES.metric)


def spread(numbers: Sequence[int], count: int) -> list[int]:
    """At most `count` of the numbers, evenly spread, the ends among them."""
    places = np.linspace(0, len(numbers) - 1, min(count, len(numbers)))
    return [numbers[round(place)] for place in places]
