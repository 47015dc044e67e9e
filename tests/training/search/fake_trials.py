"""Trials that cost nothing, and some that go wrong, for tests with real worker processes.

    python -m tests.training.search.fake_trials ADDRESS FOLDER       runs a driver
"""

import os
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from training.search.config import SearchConfig
from training.search.driver import Driver
from training.search.progress import Progress
from training.search.study import open_study
from training.search.trials.guarded_job import guarded
from training.search.trials.trial import OUTCOME, run_claimed

ATTEMPTS, PID = "attempts.txt", "pid.txt"
LOST, POISONED, FAILING, ENDLESS = 1, 2, 3, 4
SECONDS = 0.3


def config(**values):
    """A search of nothing but the seed and the learning rate."""
    space = {
        "seed": {"low": 0, "high": 1000},
        "learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
    }
    own = {"space": space, "early_stopping": None, "training": {"data": "digits"}, **values}
    return SearchConfig(name="fake", **own)


def attempt(job):
    """Notes which process tries a trial, before anything is guarded."""
    job.folder.mkdir(parents=True, exist_ok=True)
    with open(job.folder / ATTEMPTS, "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return len(attempts(job.folder))


def attempts(folder):
    path = folder / ATTEMPTS
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def figures(job):
    rate = job.training["learning_rate"]
    return {"validation_accuracy": rate, "luts": job.training["seed"]}


def computed(job):
    time.sleep(SECONDS)
    return {"figures": figures(job), "rungs": []}


def steady(job):
    """A trial that works."""
    attempt(job)
    return run_claimed(job, OUTCOME, lambda: computed(job))


def faulty(job):
    """A trial that works, unless its number is one of those above."""
    tries = attempt(job)
    number = int(job.folder.name)

    def compute():
        if number == LOST and tries == 1:
            (job.folder / PID).write_text(str(os.getpid()), encoding="utf-8")
            time.sleep(60)
        if number == POISONED:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == FAILING:
            raise MemoryError("no room for the network")
        if number == ENDLESS:
            time.sleep(60)
        return computed(job)

    seconds = 2.0 if number == ENDLESS else 60.0
    return guarded(job.folder, OUTCOME, compute, seconds, job.client)


def drive(client, settings, folder, evaluate=steady, capacity=2):
    """Runs a driver until the study is finished; returns the study."""
    study = open_study(settings, folder)
    progress = Progress(settings, study, Console(quiet=True))
    Driver(settings, study, folder, client, lambda: capacity, progress, evaluate).run()
    return study


if __name__ == "__main__":
    from distributed import Client

    address, where, trials = sys.argv[1:]
    with Client(address) as connected:
        drive(connected, config(trials=int(trials)), Path(where))
