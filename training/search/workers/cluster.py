"""Dask's workers, on this machine or many."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from training.search.workers.cluster_config import (
    HTCondorConfig,
    LocalConfig,
    SchedulerConfig,
    SlurmConfig,
)

if TYPE_CHECKING:
    from distributed import Client

# A worker that is nearly full goes on: paused, it would stay so, since nothing that a trial leaves
# behind is ever given back. Dask ends it at 95 % instead, and the trial resumes in a new one.
_NO_PAUSE = {"distributed": {"worker": {"memory": {"pause": False}}}}
_NO_PAUSE_IN_A_JOB = "export DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE=False"


@contextmanager
def connected(config: Any) -> Iterator[tuple[Client, Callable[[], int]]]:
    """A client of the cluster that a configuration describes, and how many trials it takes.

    Raises:
        ValueError: if no scheduler answers at the address.
    """
    from distributed import Client

    if isinstance(config, SchedulerConfig):
        with _client(config.address) as client:
            yield client, lambda: sum(client.nthreads().values())
        return
    with start_cluster(config) as cluster, Client(cluster) as client:
        jobs = worker_count(config)
        if isinstance(config, LocalConfig):
            from training.search.workers.worker_cores import WorkerCores

            client.register_plugin(WorkerCores(jobs, config.threads))
        yield client, lambda: jobs


def _client(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address)
    except (OSError, ValueError) as error:
        raise ValueError(f"`cluster.address` {address}: no scheduler answers: {error}") from None


def worker_count(config: LocalConfig | SlurmConfig | HTCondorConfig) -> int:
    """Workers that are wanted; each takes one trial at a time."""
    return config.workers or max(len(os.sched_getaffinity(0)) // config.threads, 1)


def start_cluster(config: LocalConfig | SlurmConfig | HTCondorConfig) -> Any:
    """Dask's cluster object, a context manager, with its workers started or asked for."""
    if isinstance(config, LocalConfig):
        import dask
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=worker_count(config),
            threads_per_worker=1,
            processes=True,
            memory_limit=config.memory,
            config=dask.config.merge(dask.config.config, _NO_PAUSE),
            dashboard_address=":0",
            # The driver tells of lost workers by what became of their trials.
            silence_logs=logging.ERROR,
        )
    cluster = job_queue(config)
    cluster.scale(jobs=config.workers)
    return cluster


def job_queue(config: SlurmConfig | HTCondorConfig) -> Any:
    """dask-jobqueue's cluster, no job submitted yet: one worker a job, one trial a worker."""
    from dask_jobqueue import HTCondorCluster, SLURMCluster

    common = {"cores": 1, "processes": 1, "memory": config.memory}
    prologue = config.options.get("job_script_prologue") or []
    options = {**config.options, "job_script_prologue": [_NO_PAUSE_IN_A_JOB, *prologue]}
    if isinstance(config, SlurmConfig):
        return SLURMCluster(**{**common, "job_cpu": config.threads, **options})
    # The user's directives win one by one: the others of ours stay.
    ours = {"RequestCpus": str(config.threads)} if config.threads > 1 else {}
    directives = {**ours, **(options.get("job_extra_directives") or {})}
    return HTCondorCluster(
        **{**common, "disk": config.disk, **options, "job_extra_directives": directives}
    )
