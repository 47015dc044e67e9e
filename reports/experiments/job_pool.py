"""Commands run side by side, a fixed number at a time."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from training.side_by_side import THREAD_VARIABLES, keep_to, own_cores, schedule_as_batch


@dataclass(frozen=True)
class Task:
    """A command, and what it is for."""

    job: Any
    command: Sequence[str]
    log: Path


@dataclass(frozen=True)
class Done:
    """A command that ended, with its exit status and the time it took in s."""

    task: Task
    status: int
    seconds: float


def run_tasks(tasks: Iterable[Task], processes: int, threads: int | None = None) -> Iterator[Done]:
    """Runs commands in order, `processes` at a time, and yields each as it ends.

    Args:
        tasks: what to run; standard output and error of each are appended to its log.
        processes: how many run at the same time, ≥ 1.
        threads: of each, for NumPy and TensorFlow; by default left to them.

    Whatever ends the iteration early (Ctrl-C, an error, in a command SIGTERM too) ends these.

    Raises:
        ValueError: if `processes` is below 1.
    """
    if processes < 1:
        raise ValueError(f"`processes` must be >= 1. Received: {processes!r}")
    waiting = iter(tasks)
    with _ended_at_exit() as running:
        while True:
            while len(running) < processes and (task := next(waiting, None)) is not None:
                place = min(set(range(processes)) - {entry.place for entry in running.values()})
                process = _start(task, threads)
                if threads is not None:
                    keep_to(own_cores(place, processes, threads), process.pid)
                running[task.log] = _Running(task, process, time.monotonic(), place)
            if not running:
                return
            time.sleep(0.2)
            for log, (task, process, started, _) in list(running.items()):
                if process.poll() is not None:
                    del running[log]
                    yield Done(task, process.returncode, time.monotonic() - started)


class _Running(NamedTuple):
    """A command, its process, when it was started, and its place among those side by side."""

    task: Task
    process: subprocess.Popen[bytes]
    started: float
    place: int


@contextmanager
def _ended_at_exit() -> Iterator[dict[Path, _Running]]:
    running: dict[Path, _Running] = {}
    try:
        yield running
    finally:
        for entry in running.values():
            entry.process.terminate()
        for entry in running.values():
            entry.process.wait()


def _start(task: Task, threads: int | None) -> subprocess.Popen[bytes]:
    limits = {} if threads is None else dict.fromkeys(THREAD_VARIABLES, str(threads))
    task.log.parent.mkdir(parents=True, exist_ok=True)
    with open(task.log, "ab") as log:
        process = subprocess.Popen(
            list(task.command), stdout=log, stderr=log, env={**os.environ, **limits}
        )
    schedule_as_batch(process.pid)
    return process
