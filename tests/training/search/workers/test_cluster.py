"""Jobs as dask-jobqueue would submit them; no queue is needed to write them."""

import os
import time
from pathlib import Path

import pytest
import yaml

from training.search.workers.cluster import connected, job_queue, worker_count
from training.search.workers.cluster_config import (
    HTCondorConfig,
    LocalConfig,
    SchedulerConfig,
    SlurmConfig,
)


def script(config):
    with job_queue(config) as cluster:
        return cluster.job_script()


def test_a_slurm_job_is_one_worker_for_one_trial():
    text = script(
        SlurmConfig(
            kind="slurm", workers=50, memory="4GB", threads=2,
            options={"queue": "long", "walltime": "08:00:00", "account": "physics",
                     "worker_extra_args": ["--lifetime", "460m"],
                     "job_script_prologue": ["module load gcc"]},
        )
    )
    for line in ("#SBATCH -p long", "#SBATCH -A physics", "#SBATCH --cpus-per-task=2",
                 "#SBATCH --mem=4G", "#SBATCH -t 08:00:00", "module load gcc"):
        assert line in text.splitlines()
    assert "--nthreads 1 " in text and "--nanny" in text and "--lifetime 460m" in text
    assert "--nworkers" not in text


def test_an_htcondor_job_is_one_worker_for_one_trial():
    text = script(
        HTCondorConfig(
            kind="htcondor", workers=50, memory="4GB", disk="3GB", threads=2,
            options={"job_script_prologue": ["source setup.sh"]},
        )
    )
    assert "RequestCpus = 2" in text and "MY.DaskWorkerMemory = 4000000000" in text
    assert "MY.DaskWorkerDisk = 3000000000" in text
    assert "source setup.sh; " in text and "--nthreads 1 " in text and "Queue" in text


def test_options_may_change_what_is_set_by_default():
    own = {"job_extra_directives": {"RequestCpus": "1", "+JobFlavour": '"longlunch"'}}
    text = script(
        HTCondorConfig(kind="htcondor", workers=1, memory="1GB", threads=2, options=own)
    )
    assert "RequestCpus = 1" in text and '+JobFlavour = "longlunch"' in text


def documented(kind):
    """The cluster of that kind in docs/cluster.md, with two threads a trial."""
    text = (Path(__file__).parents[4] / "docs" / "cluster.md").read_text(encoding="utf-8")
    (block,) = (part for part in text.split("```yaml\n") if part.startswith("cluster:"))
    documents = yaml.safe_load_all(block.partition("```")[0])
    (found,) = (d["cluster"] for d in documents if d["cluster"]["kind"] == kind)
    return {**found, "threads": 2}


def test_the_documented_directives_leave_the_number_of_cpus():
    lines = script(HTCondorConfig(**documented("htcondor"))).splitlines()
    assert "RequestCpus = 2" in lines and '+JobFlavour = "workday"' in lines


def test_the_documented_slurm_job_has_its_cpus():
    lines = script(SlurmConfig(**documented("slurm"))).splitlines()
    assert "#SBATCH --cpus-per-task=2" in lines and "#SBATCH -p long" in lines


def test_there_is_a_local_worker_for_each_core(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(6)))
    assert worker_count(LocalConfig()) == 6
    assert worker_count(LocalConfig(threads=4)) == 1
    assert worker_count(LocalConfig(workers=3)) == 3


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    import dask

    config = SchedulerConfig(kind="scheduler", address="tcp://127.0.0.1:1")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "0.2s"}),
        pytest.raises(ValueError, match="`cluster.address` tcp://127.0.0.1:1: no scheduler"),
        connected(config),
    ):
        pass


def test_workers_of_one_machine_keep_to_cores_of_their_own():
    cores = os.sched_getaffinity(0)
    with connected(LocalConfig(workers=len(cores))) as (client, _):
        client.wait_for_workers(len(cores))
        for _ in range(2):
            found = client.run(lambda: os.sched_getaffinity(0)).values()
            assert sorted(map(list, found)) == [[core] for core in sorted(cores)]
            client.restart()


def fill(share):
    """Holds memory as trials do that leave something behind, up to a share of the limit."""
    import psutil
    from distributed import get_worker

    limit = get_worker().memory_manager.memory_limit
    held = bytearray(int(share * limit) - psutil.Process().memory_info().rss)
    fill.held = held
    time.sleep(1)  # Dask looks at memory five times a second
    return psutil.Process().memory_info().rss / limit


def test_a_nearly_full_worker_takes_the_next_trial():
    with connected(LocalConfig(workers=1, memory="600MB")) as (client, _):
        assert client.submit(fill, 0.88).result(timeout=60) > 0.85
        assert client.submit(str, 1).result(timeout=30) == "1"


def test_jobs_of_a_queue_are_not_paused_either():
    options = {"job_script_prologue": ["module load python"]}
    lines = script(SlurmConfig(kind="slurm", workers=1, memory="4GB", options=options)).splitlines()
    own = lines.index("export DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE=False")
    assert lines.index("module load python") == own + 1
