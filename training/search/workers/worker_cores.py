"""Dask's plugin that gives each worker of one machine cores of its own."""

from __future__ import annotations

import os

from distributed import Worker, WorkerPlugin

from training.side_by_side import keep_to, own_cores


class WorkerCores(WorkerPlugin):
    """Binds the workers of a LocalCluster to their cores, those started again too.

    Args:
        workers: of the cluster, named 0, 1, ….
        threads: of each trial.
    """

    name = "worker-cores"

    def __init__(self, workers: int, threads: int) -> None:
        self.workers, self.threads = workers, threads

    def setup(self, worker: Worker) -> None:
        """Called by Dask in every worker that starts."""
        keep_to(own_cores(int(worker.name), self.workers, self.threads), os.getpid())
