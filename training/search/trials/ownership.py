"""Which driver answers for which unfinished trial, so that several can share a study."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    import optuna

DRIVER = "driver"


class Ownership:
    """One driver's part of a study.

    A driver holds a lock file as long as it lives; the operating system gives it back when the
    driver dies, however it dies.  Trials name their driver, so those of a dead one can be told.
    All changes of owner happen under one more lock, `choosing`.

    Args:
        folder: of the search; on a file system with locks that all drivers see.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "drivers"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = uuid.uuid4().hex[:12]
        self.choosing = FileLock(self.folder / "choosing.lock")
        self._alive = FileLock(self.folder / f"{self.name}.lock")
        self._alive.acquire()

    def close(self) -> None:
        """Leaves the study: what is unfinished is anyone's now."""
        self._alive.release()
        Path(self._alive.lock_file).unlink(missing_ok=True)

    def own(self, trial: optuna.Trial) -> None:
        """Answers for a trial from now on; call it while `choosing`."""
        trial.set_user_attr(DRIVER, self.name)

    def orphans(self, study: optuna.Study) -> list[optuna.Trial]:
        """Unfinished trials without a living driver; `own` them before `choosing` ends."""
        from optuna.trial import Trial, TrialState

        running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [
            Trial(study, frozen._trial_id)
            for frozen in running
            if not self._lives(frozen.user_attrs.get(DRIVER, ""))
        ]

    def _lives(self, driver: str) -> bool:
        path = self.folder / f"{driver}.lock"
        if driver == self.name:
            return True
        if not path.is_file():
            return False
        try:
            with FileLock(path, blocking=False):
                return False
        except Timeout:
            return True
