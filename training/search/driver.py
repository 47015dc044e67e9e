"""The driver: lets Optuna choose, Dask's workers train, and tells Optuna what came of it."""

from __future__ import annotations

import itertools
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.data.targets.task import Task
from training.search.early_stopping import Bar, Rung, bars
from training.search.objectives import violations
from training.search.space import suggest
from training.search.study import METRIC, sampler
from training.search.trials.claimed_folder import OtherJob
from training.search.trials.guarded_job import ERROR
from training.search.trials.job import TrialJob
from training.search.trials.ownership import Ownership
from training.search.trials.teacher import teacher_model
from training.search.trials.trial import run_trial

if TYPE_CHECKING:
    import optuna
    from distributed import Client, Future

    from training.search.config import SearchConfig
    from training.search.progress import Progress

LOOK_AROUND_SECONDS = 15.0
RUNGS, BARS, FIGURES, SECONDS = "rungs", "bars", "figures", "seconds"


class Driver:
    """Runs the trials of a study until all are finished, its own and those of dead drivers.

    Every trial is told exactly once: it has one driver at a time, and a piece of work that is done
    twice, after a worker's death perhaps, gives the first result twice.

    Args:
        config: of the search.
        study: where trials and results are stored; only drivers open it, workers never.
        folder: of the search; on a file system that workers see.
        client: of the scheduler.
        capacity: gives how many trials may run at a time.
        progress: is told what happens.
        evaluate: what workers run for each trial.
    """

    def __init__(
        self,
        config: SearchConfig,
        study: optuna.Study,
        folder: Path,
        client: Client,
        capacity: Callable[[], int],
        progress: Progress,
        evaluate: Callable[[TrialJob], dict[str, Any]] = run_trial,
    ) -> None:
        # Workers may have another working folder.
        self.config, self.study, self.folder = config, study, folder.resolve()
        self.client, self.capacity, self.progress = client, capacity, progress
        self.evaluate = evaluate
        self._teacher = teacher_model(self.folder)
        self._running: dict[Any, optuna.Trial] = {}
        self._submissions = itertools.count()
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._begun = time.monotonic()
        self._looked_at = -LOOK_AROUND_SECONDS

    def run(self) -> None:
        """Returns when the study has as many trials as wanted, and all of them are finished.

        Raises:
            OtherJob: if a trial's folder holds work of another configuration.
            ConnectionError: if the scheduler is gone.
        """
        ownership = Ownership(self.folder)
        try:
            while self._step(ownership):
                self.progress.show(len(self._running), self.capacity())
        finally:
            ownership.close()

    def _step(self, ownership: Ownership) -> bool:
        """Begins what can be begun, waits for an end; False once nothing is left to do."""
        if time.monotonic() - self._looked_at >= LOOK_AROUND_SECONDS or not self._running:
            self._take_over(ownership)
            self._looked_at = time.monotonic()
        while len(self._running) < self.capacity() and (trial := self._choose(ownership)):
            self._submit(trial)
        if not self._running and not self._others_run():
            return False
        with suppress(queue.Empty):
            self._tell(self._ended.get(timeout=1.0))
        return True

    def _take_over(self, ownership: Ownership) -> None:
        with ownership.choosing:
            orphans = ownership.orphans(self.study)
            for trial in orphans:
                if BARS not in trial.user_attrs:
                    # Its driver died while it chose: what it chose stays, the rest is chosen now.
                    self._complete_choice(trial)
                ownership.own(trial)
        for trial in orphans:
            self._submit(trial)

    def _others_run(self) -> bool:
        from optuna.trial import TrialState

        return bool(self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)))

    def _choose(self, ownership: Ownership) -> optuna.Trial | None:
        """A new trial; None if there are enough, or the time is over."""
        hours = self.config.hours
        if hours is not None and time.monotonic() - self._begun >= 3600 * hours:
            return None
        with ownership.choosing:
            earlier = self.study.get_trials(deepcopy=False)
            if len(earlier) >= self.config.trials:
                return None
            self.study.sampler = sampler(self.config, len(earlier))
            trial = self.study.ask()
            self._complete_choice(trial)
            ownership.own(trial)
        return trial

    def _complete_choice(self, trial: optuna.Trial) -> None:
        suggest(trial, self.config.space)
        trial.set_user_attr(BARS, self._bars(self.study.get_trials(deepcopy=False)))

    def _bars(self, earlier: list[optuna.trial.FrozenTrial]) -> list[dict[str, Any]]:
        rule = self.config.early_stopping
        if rule is None:
            return []
        rungs = [Rung(**rung) for trial in earlier for rung in trial.user_attrs.get(RUNGS, ())]
        return [{"share": bar.share, "steps": bar.steps} for bar in bars(rungs, rule)]

    def _submit(self, trial: optuna.Trial) -> None:
        key = ("trial", str(self.folder), trial.number, self.client.id, next(self._submissions))
        self._running[key] = trial
        future = self.client.submit(self.evaluate, self._job(trial), key=key, pure=False)
        future.add_done_callback(self._ended.put)

    def _job(self, trial: optuna.Trial) -> TrialJob:
        config, rule = self.config, self.config.early_stopping
        return TrialJob(
            folder=trial_folder(self.folder, trial.number),
            training=config.training_config(trial.params, self._teacher).model_dump(),
            bars=[
                Bar(bar["share"], tuple(map(tuple, bar["steps"])))
                for bar in trial.user_attrs[BARS]
            ],
            shares=tuple(rule.shares) if rule else (),
            seconds=config.trial_seconds,
            threads=config.cluster.threads,
            stage_delay=config.stage_delay,
            optimize=config.optimize and config.optimize.value,
            clock_period=config.clock_period,
            client=self.client.id,
            teacher=config.teacher_config().model_dump() if config.teacher else None,
        )

    def _tell(self, future: Future) -> None:
        trial = self._running.pop(future.key)
        outcome = _outcome(future)
        if outcome is None:
            self._submit(trial)
            return
        trial.set_user_attr(SECONDS, outcome.get("seconds", 0.0))
        trial.set_user_attr(RUNGS, outcome.get("rungs", []))
        if ERROR in outcome:
            self._fail(trial, outcome[ERROR])
        elif outcome["figures"] is None:
            self._end(trial, None, "PRUNED")
        else:
            trial.set_user_attr(METRIC, outcome.get("metric", Task.CLASSES.metric))
            self._complete(trial, outcome["figures"])

    def _complete(self, trial: optuna.Trial, figures: dict[str, float]) -> None:
        wanted = (*self.config.objectives, *self.config.constraints)
        if missing := [figure.value for figure in wanted if figure.value not in figures]:
            # What an earlier version left in the trial's folder may lack a figure of this one.
            self._fail(trial, f"its folder has no `{missing[0]}`: choose another `name`")
            return
        trial.set_user_attr(FIGURES, figures)
        for name, violation in violations(figures, self.config.constraints).items():
            trial.set_constraint(name, violation)
        self._end(trial, [figures[objective.value] for objective in self.config.objectives])

    def _fail(self, trial: optuna.Trial, error: str) -> None:
        trial.set_user_attr(ERROR, error)
        self._end(trial, None, "FAIL")

    def _end(
        self, trial: optuna.Trial, values: list[float] | None, state: str = "COMPLETE"
    ) -> None:
        from optuna.trial import TrialState

        told = self.study.tell(trial, values, TrialState[state], skip_if_finished=True)
        self.progress.ended(told)


def trial_folder(folder: Path, number: int) -> Path:
    """Where a trial keeps its run, its outcome and what was measured of it."""
    return folder / "trials" / f"{number:05d}"


def _outcome(future: Future) -> dict[str, Any] | None:
    """What a worker returned, or the error if it could not; None if the worker died.

    Raises:
        OtherJob: if the folder was not the trial's; the trial stays unfinished.
        ConnectionError: if the scheduler is gone.
    """
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return None
    except OtherJob:
        raise
    except Exception as error:
        if future.status != "error":
            raise ConnectionError(f"the scheduler lost a trial ({future.status})") from error
        return {ERROR: f"{type(error).__name__}: {error}"}
