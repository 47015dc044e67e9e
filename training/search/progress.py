"""What people see while a search runs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from training.data.targets.task import Task
from training.search.objectives import Figure
from training.search.study import metric_of, pareto_trials

if TYPE_CHECKING:
    import optuna
    from rich.console import Console

    from training.search.config import SearchConfig

REFRESH_SECONDS = 2.0


class Progress:
    """One live line in a terminal; in a file, one line for each trial that ends.

    Use it as a context manager.

    Args:
        config: of the search.
        study: whose trials are counted, other drivers' too.
        console: where the lines go.
    """

    def __init__(self, config: SearchConfig, study: optuna.Study, console: Console) -> None:
        from rich.live import Live

        self.config, self.study, self.console = config, study, console
        self._live = Live(console=console, refresh_per_second=1) if console.is_terminal else None
        self._shown_at = -REFRESH_SECONDS

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, running: int, capacity: int) -> None:
        """Refreshes the line.

        Args:
            running: trials of this driver that run now.
            capacity: how many could.
        """
        if self._live and time.monotonic() - self._shown_at >= REFRESH_SECONDS:
            self._live.update(self.line(running, capacity))
            self._shown_at = time.monotonic()

    def ended(self, trial: optuna.trial.FrozenTrial) -> None:
        """Tells of a trial that ended; failures stay on the screen above the live line."""
        failed = trial.state.name == "FAIL"
        if failed or not self._live:
            self.console.print(trial_text(trial, self.config), markup=False, highlight=False)
        self._shown_at = -REFRESH_SECONDS

    def line(self, running: int, capacity: int) -> str:
        """Trials done and running, the best network within each budget, time left."""
        trials = self.study.get_trials(deepcopy=False)
        done = [trial for trial in trials if trial.state.is_finished()]
        states = Counter(trial.state.name for trial in done)
        ended = [f"{states[name]} {text}" for name, text in ENDS.items() if states[name]]
        parts = [
            f"{len(done)} of {self.config.trials} done{_bracketed(ended)}",
            f"{running} running",
            *_best(self.study, self.config),
            _time_left(done, self.config.trials, max(capacity, 1)),
        ]
        return " · ".join(part for part in parts if part)


def _bracketed(texts: Sequence[str]) -> str:
    return f" ({', '.join(texts)})" if texts else ""


ENDS = {"PRUNED": "ended early", "FAIL": "failed"}


def trial_text(trial: optuna.trial.FrozenTrial, config: SearchConfig) -> str:
    """One line on a trial that ended."""
    seconds = trial.user_attrs.get("seconds", 0.0)
    if trial.state.name == "FAIL":
        reason = " ".join(str(trial.user_attrs.get("error")).split())
        return f"trial {trial.number}: failed after {seconds:.0f} s: {reason}"
    if trial.state.name == "PRUNED":
        return f"trial {trial.number}: ended early after {seconds:.0f} s"
    figures = zip(config.objectives, trial.values, strict=True)
    metric = metric_of([trial])
    values = ", ".join(figure_text(figure, value, metric) for figure, value in figures)
    broken = [name for name, violation in trial.constraints.items() if violation > 0]
    note = f" (outside the constraint on {', '.join(broken)})" if broken else ""
    return f"trial {trial.number}: {values}, {seconds:.0f} s{note}"


def figure_text(figure: Figure, value: float, metric: str = Task.CLASSES.metric) -> str:
    """A figure with its unit, such as 97.98 % or 3,514 LUTs.

    Args:
        figure: what it is of.
        value: in the figure's unit.
        metric: what accuracies are measured by; accuracy itself goes without saying.
    """
    if figure is Figure.VALIDATION_ACCURACY:
        task = Task.of_metric(metric)
        named = "" if task is Task.CLASSES else f" {metric}"
        return f"{task.text(value)} validation{named}"
    return f"{value:,.1f} ns" if figure is Figure.LATENCY else f"{value:,.0f} {figure.text}"


def _best(study: optuna.Study, config: SearchConfig) -> Iterator[str]:
    trials = pareto_trials(study)
    points, metric = [trial.values for trial in trials], metric_of(trials)
    for budget, value in best_within(points, config.objectives, config.budgets):
        best = "none" if value is None else figure_text(config.objectives[0], value, metric)
        yield f"≤ {figure_text(config.objectives[1], budget)}: {best}"


def best_within(
    points: Sequence[Sequence[float]], objectives: Sequence[Figure], budgets: Sequence[float]
) -> Iterator[tuple[float, float | None]]:
    """Each budget of the second objective, and the best first objective that keeps to it."""
    better = max if objectives[0].direction == "maximize" else min
    for budget in budgets:
        within = [point[0] for point in points if point[1] <= budget]
        yield budget, better(within) if within else None


def _time_left(done: Sequence[optuna.trial.FrozenTrial], trials: int, capacity: int) -> str:
    """From the mean time of what is done; nothing before there is any."""
    if not done:
        return ""
    mean = sum(trial.user_attrs.get("seconds", 0.0) for trial in done) / len(done)
    minutes = (trials - len(done)) * mean / capacity / 60
    hours, minutes = divmod(max(round(minutes), 0), 60)
    return f"{hours} h {minutes:02d} min left"
