"""search.json: all that a search found, for reports."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from training.config import TrainingConfig, build_config
from training.search.driver import FIGURES, SECONDS
from training.search.study import metric_of, storage_url, without_password
from training.search.trials.guarded_job import ERROR, write_json
from training.search.trials.teacher import teacher_model

if TYPE_CHECKING:
    import optuna

    from training.search.config import SearchConfig

RECORD = "search.json"


def write_record(
    config: SearchConfig,
    study: optuna.Study,
    folder: Path,
    pareto: Mapping[int, Mapping[str, Any]],
) -> Path:
    """Writes search.json into the search's folder.

    Args:
        pareto: what was measured of each trial of the Pareto set, by number; empty where nothing.
    """
    trials = study.get_trials(deepcopy=False)
    content = {
        "name": config.name,
        "storage": storage_url(config, folder),
        "config": {
            **config.model_dump(mode="json"), "storage": without_password(config.storage)
        },
        "metric": metric_of(trials),
        "trials": [_trial(trial) for trial in trials],
        "pareto": [
            {
                "number": number,
                "measured": dict(measured),
                "command": _command(config, study.trials[number], folder),
            }
            for number, measured in pareto.items()
        ],
    }
    write_json(folder / RECORD, content)
    return folder / RECORD


def _trial(trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": trial.state.name.lower(),
        "parameters": trial.params,
        "figures": trial.user_attrs.get(FIGURES),
        "violations": trial.constraints,
        "error": trial.user_attrs.get(ERROR),
        "seconds": trial.user_attrs.get(SECONDS),
    }


def _command(config: SearchConfig, trial: optuna.trial.FrozenTrial, folder: Path) -> str:
    training = config.training_config(trial.params, teacher_model(folder))
    return training_command(training, f"{config.name}-{trial.number}")


def training_command(config: TrainingConfig, name: str) -> str:
    """What trains the same network again: the preset, and every value that it does not give."""
    words = ["python", "train.py", *([config.preset] if config.preset else []), "--name", name]
    given = build_config({"preset": config.preset}).model_dump() if config.preset else {}
    usual = given or TrainingConfig().model_dump()
    for key, value in config.model_dump().items():
        if value != usual[key] and key != "preset":
            text = yaml.safe_dump(value, default_flow_style=True, width=10**6)
            words += ["--set", f"{key}={text.removesuffix(chr(10)).removesuffix(chr(10) + '...')}"]
    return shlex.join(words)
