"""What a search found, as its search.json tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.records.record import Source
from training.data.targets.task import Task

RECORD = "search.json"


@dataclass(frozen=True)
class Trial:
    """One trial of a search.

    Args:
        number: from 0, in the order in which trials were begun.
        state: complete, pruned (ended early in stage 1), fail or running.
        parameters: what was chosen, by name.
        figures: validation accuracy and estimates, by name; None unless complete.
        violations: above 0 where a figure breaks its constraint, by name.
        error: of a trial that failed.
        seconds: that it took on its worker.
    """

    number: int
    state: str
    parameters: Mapping[str, Any]
    figures: Mapping[str, float] | None
    violations: Mapping[str, float]
    error: str | None
    seconds: float | None

    @property
    def feasible(self) -> bool:
        """Whether it is finished and keeps to every constraint."""
        return self.figures is not None and all(over <= 0 for over in self.violations.values())


@dataclass(frozen=True)
class ParetoPoint:
    """A trial that no other one beats.

    Args:
        trial: with its estimates.
        measured: test accuracy, synthesized cells and latency; or error; empty if not measured.
        command: that trains the network again.
    """

    trial: Trial
    measured: Mapping[str, Any]
    command: str

    @property
    def synthesis(self) -> Source:
        """Where its synthesized cells come from; earlier searches say nothing of pixels."""
        return Source.YOSYS_SUM if self.measured.get("pixels", 1) > 1 else Source.YOSYS


@dataclass(frozen=True)
class SearchRecord:
    """A search: its name, configuration, trials and Pareto set, cheapest first.

    Its accuracies are measured by `metric`; earlier searches, all of classifiers, do not name it.
    """

    name: str
    storage: str
    config: Mapping[str, Any]
    trials: tuple[Trial, ...]
    pareto: tuple[ParetoPoint, ...]
    metric: str = Task.CLASSES.metric

    @property
    def objectives(self) -> tuple[str, ...]:
        return tuple(self.config["objectives"])


def read_search_record(folder: Path) -> SearchRecord:
    """The record in a search's folder.

    Raises:
        ValueError: if it is missing or damaged.
    """
    path = folder / RECORD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        trials = tuple(Trial(**trial) for trial in content["trials"])
        by_number = {trial.number: trial for trial in trials}
        pareto = tuple(
            ParetoPoint(by_number[point["number"]], point["measured"], point["command"])
            for point in content["pareto"]
        )
        named = (content[name] for name in ("name", "storage", "config"))
        metric = content.get("metric", Task.CLASSES.metric)
        return SearchRecord(*named, trials, pareto, Task.of_metric(metric).metric)
    except FileNotFoundError:
        raise ValueError(f"{folder} is no search's folder: it holds no {RECORD}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is damaged: {error!r}") from None
