import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hls_projects.kinds import Dense, Head
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.networks.presets import PRESETS
from reports import reproduce
from reports.experiments import job_pool, reproduce_job, reproduction_plan
from reports.experiments.job_pool import Task, run_tasks
from reports.experiments.network_plans import DATA, NETWORKS
from reports.experiments.reproduce_job import lacks_hardware, read_record, run_job, write_record
from reports.experiments.reproduction_plan import Job, jobs
from reports.experiments.tuning_plan import PRUNED
from reports.network.network_figures import encoded_bits
from reports.records.results_file import load_records
from reports.reproduce import choose, collect
from tests.hls_projects.networks import image_network
from training.methods import METHODS

ROOT = Path(__file__).parents[2]
DIGITS = {"data": "digits", "hidden": [24, 16], "batch_size": 64, "checkpoint_seconds": 0}
DEFAULTS = {method: {"learning_rate": 3e-3} for method in METHODS}
RATES = DEFAULTS | {"sparse": {"learning_rate": 1e-4, "retrain_learning_rate": 0.1}}
JOB = Job("mnist-small", "sparse", 0.8, 0, quick=True)


@pytest.fixture(scope="module", autouse=True)
def digits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "mnist-small", DIGITS)
        plan = replace(NETWORKS["mnist-small"], quick_epochs=(4, 2))
        patch.setitem(NETWORKS, "mnist-small", plan)
        patch.setattr(reproduction_plan, "best_options", lambda network: DEFAULTS)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    floats = replace(JOB, method="float", sparsity=None)
    return runs, {job: run_job(job, runs) for job in (JOB, floats)}


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory):
    """A cache of what Yosys found, since jobs of one network are synthesized by several tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARSE_TERNARY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def test_the_plan_fits_six_and_a_half_hours_on_two_cores():
    assert sum(job.seconds for job in jobs()) / 2 < 5.6 * 3600
    assert sum(job.seconds for job in jobs("mnist", quick=True)) / 2 < 13 * 60


def test_the_plan_holds_every_method_and_sparsity_once():
    plan = [job for data in DATA for job in jobs(data)]
    assert len(set(plan)) == len(plan)
    assert {job.plan.data for job in jobs("cifar10")} == {"cifar10"}
    for network, facts in NETWORKS.items():
        for seed in facts.seeds:
            own = [job for job in plan if (job.network, job.seed) == (network, seed)]
            every = {f"sparse-{sparsity}" for sparsity in facts.sparsities}
            every |= {m if m not in PRUNED else f"{m}-{facts.ablation_sparsity}"
                      for m in facts.methods if m != "sparse"}
            left_out = {label for label, seeds in facts.seeds_of.items() if seed not in seeds}
            assert {job.label for job in own} == every - left_out
    for network in ("mnist-small", "sfc", "lfc"):
        assert NETWORKS[network].methods == tuple(METHODS)
        assert {0.9, 0.95, 0.98, 0.99, 0.995} <= set(NETWORKS[network].sparsities)
    assert len({job.seed for job in plan if job.network == "sfc"}) == 3


def test_all_methods_train_for_as_long():
    options = [job.options() for job in jobs() if job.network == "sfc"]
    assert {own["stage1_epochs"] + own["stage3_epochs"] for own in options} == {
        sum(NETWORKS["sfc"].epochs)
    }


def test_a_record_holds_what_was_measured(finished):
    runs, records = finished
    record = records[JOB]
    network = IntegerNetwork.load(JOB.folder(runs) / "network.npz")
    assert (record.weights, record.nonzeros) == (network.weights, network.nonzeros)
    assert record.sparsity >= 0.8 and record.test_accuracy > 0.4
    assert record.ratio_vs_ternary == 2 * record.ratio_vs_binary
    assert set(record.layer_sparsity) == {"dense_1", "dense_2", "dense_3"}
    assert record.quick and record.epochs == 6
    assert record.luts > 0 and record.sources["luts"] == record.sources["ffs"] == "estimate"
    assert record.latency_cycles == 3 and record.brams is None
    assert "--sparsity 0.8 --stage1-epochs 4" in record.command


def test_float_networks_have_no_integer_network(finished):
    (_, record) = finished[1].values()
    assert (record.method, record.network_file, record.bits_per_weight) == ("float", None, 32)


def test_a_small_network_is_synthesized_too(finished, synthesized, tmp_path, monkeypatch):
    shutil.copytree(finished[0], tmp_path / "runs")
    monkeypatch.setattr(reproduce_job, "_measured", None)
    record = run_job(JOB, tmp_path / "runs", synthesize_up_to=1000)
    assert record.luts > 0 and record.latency_cycles > 0 and record.sources["luts"] == "yosys"
    assert record.sources["latency_ns"] == record.sources["fmax_mhz"] == "delay model"
    period = 1000 / record.fmax_mhz
    assert record.latency_ns == pytest.approx(record.latency_cycles * period, rel=0.01)
    before = finished[1][JOB]
    assert lacks_hardware(before, 1000) and not lacks_hardware(record, 1000)
    assert not lacks_hardware(before, before.nonzeros - 1)
    assert (record.test_accuracy, record.nonzeros) == (before.test_accuracy, before.nonzeros)


def test_dense_codes_are_one_and_two_bits_a_weight():
    rng = np.random.default_rng(0)
    inputs = InputFormat(1, False, 0.5, (40,))
    bits = []
    for density in (1.0, 0.6):
        weights = rng.choice([-1, 1], (40, 50)) * (rng.random((40, 50)) < density)
        head = Head(np.zeros(50, np.int32))
        network = IntegerNetwork(inputs, (Dense(weights.astype(np.int8)), head))
        bits.append(encoded_bits(network))
    assert bits[0] == 2000 and 2800 < bits[1] <= 4000


def test_finished_jobs_are_collected_and_not_computed_again(finished, tmp_path, monkeypatch):
    runs, records = finished
    target = tmp_path / "results" / "mnist.json"
    assert collect(list(records), runs, target) == records
    first, second = load_records(target)
    assert {first.method, second.method} == {"float", "sparse"}
    published = {r.method: r.network_file for r in (first, second)}
    assert published == {"float": None, "sparse": f"networks/{JOB.name}.npz"}
    assert (target.parent / published["sparse"]).is_file()
    monkeypatch.setattr(reproduce, "jobs", lambda data, quick: tuple(records))
    monkeypatch.setattr(job_pool, "_start", None)
    plan = replace(NETWORKS["mnist-small"], ablation_sparsity=JOB.sparsity)
    monkeypatch.setitem(NETWORKS, "mnist-small", plan)
    arguments = ["mnist", "--runs", str(tmp_path), "--results", str(tmp_path / "again"),
                 "--synthesize-up-to", "0"]
    runs.rename(tmp_path / "reproduce")
    try:
        done = CliRunner().invoke(reproduce.main, arguments, catch_exceptions=False)
    finally:
        (tmp_path / "reproduce").rename(runs)
    again = tmp_path / "again"
    assert done.exit_code == 0
    assert done.output.split() == [str(again / "mnist.html"), str(again / "mnist.md")]
    assert "sparse ternary" in (again / "mnist.md").read_text()
    assert (again / "networks" / JOB.name / "history.csv").is_file()
    assert len(load_records(tmp_path / "again" / "mnist.json")) == 2


def test_records_trained_elsewhere_count_as_done_on_request(finished, tmp_path, monkeypatch):
    runs, records = finished
    collect(list(records), runs, tmp_path / "mnist.json")
    monkeypatch.setattr(reproduce, "jobs", lambda data, quick: tuple(records))
    arguments = ["mnist", "--list", "--runs", str(tmp_path), "--results", str(tmp_path)]
    assert "0 of 2 done" in CliRunner().invoke(reproduce.main, arguments).output
    kept = CliRunner().invoke(reproduce.main, [*arguments, "--keep-results"]).output
    assert "2 of 2 done" in kept
    monkeypatch.setattr(reproduction_plan, "best_options", lambda network: RATES)
    changed = CliRunner().invoke(reproduce.main, [*arguments, "--keep-results"]).output
    assert "1 of 2 done" in changed


def test_networks_trained_elsewhere_are_synthesized_on_request(
    finished, synthesized, tmp_path, monkeypatch
):
    runs, records = finished
    collect(list(records), runs, tmp_path / "mnist.json")
    # Jobs in processes of their own read the plan anew, so this one runs here.
    monkeypatch.setattr(reproduce, "jobs", lambda data, quick: tuple(records))
    monkeypatch.setattr(reproduce, "run_tasks", lambda tasks, *_: run_here(tasks, tmp_path))
    arguments = ["mnist", "--runs", str(tmp_path), "--results", str(tmp_path), "--keep-results",
                 "--synthesize-up-to", "1000"]
    done = CliRunner().invoke(reproduce.main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    after = {record.key: record for record in load_records(tmp_path / "mnist.json")}
    assert after[JOB.key].sources["luts"] == "yosys" and after[JOB.key].latency_ns > 0
    assert after[JOB.key].test_accuracy == records[JOB].test_accuracy
    assert [after[job.key] for job in records if job != JOB] == [
        record for job, record in records.items() if job != JOB
    ]


def run_here(tasks, runs):
    for task in tasks:
        assert task.job is JOB
        run_job(task.job, runs / "reproduce", synthesize_up_to=1000)
        yield job_pool.Done(task, 0, 1.0)


def test_records_of_other_jobs_stay(finished, tmp_path):
    runs, records = finished
    target = tmp_path / "mnist.json"
    for job in records:
        collect([job], runs, target)
    assert len(load_records(target)) == 2


@pytest.mark.parametrize("change, message", [
    ("{", "record.json is damaged"),
    ({"test_accuracy": 5}, "record.json is damaged: `test_accuracy`"),
    ({"seed": 3}, "is of another plan"),
    ({"command": "other"}, "is of another plan"),
])
def test_a_poisoned_record_is_named(finished, tmp_path, change, message):
    path = JOB.folder(tmp_path) / "record.json"
    path.parent.mkdir(parents=True)
    if isinstance(change, dict):
        own = JOB.folder(finished[0]) / "record.json"
        change = json.dumps({**json.loads(own.read_text()), **change})
    path.write_text(change)
    with pytest.raises(ValueError, match=message):
        read_record(JOB, tmp_path)


def test_a_run_of_another_plan_is_not_mixed_in(finished, tmp_path, monkeypatch):
    shutil.copytree(finished[0], tmp_path / "runs")
    (JOB.folder(tmp_path / "runs") / "record.json").unlink()
    monkeypatch.setattr(reproduction_plan, "best_options", lambda network: RATES)
    with pytest.raises(ValueError, match="trained with other values than the plan's"):
        run_job(JOB, tmp_path / "runs")


def test_an_interrupted_job_goes_on_to_the_same_network(finished, tmp_path, monkeypatch):
    from training.recording.run_recorder import RunRecorder

    save = RunRecorder._save

    def save_and_stop(self, epoch):
        save(self, epoch)
        if epoch == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunRecorder, "_save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            run_job(JOB, tmp_path)
    run_job(JOB, tmp_path)
    again, before = (
        IntegerNetwork.load(JOB.folder(runs) / "network.npz") for runs in (tmp_path, finished[0])
    )
    for a, b in zip(again.weight_layers, before.weight_layers, strict=True):
        np.testing.assert_array_equal(a.weights, b.weights)


def test_names_that_are_none_are_refused():
    with pytest.raises(ValueError, match="`--only` must be one of mnist-small, .*'sfd'"):
        choose(jobs(), ["sfd"], ())
    assert {(j.network, j.method, j.seed) for j in choose(jobs(), ["sfc", "binary"], [1])} == {
        ("sfc", "binary", 1)
    }


def test_the_list_says_what_is_missing(tmp_path):
    done = CliRunner().invoke(
        reproduce.main, ["mnist", "--list", "--runs", str(tmp_path), "--only", "lfc"]
    )
    assert done.exit_code == 0 and "0 of 15 done" in done.output
    assert "lfc-sparse-0.99-0" in done.output


def test_the_inner_folder_of_runs_is_refused_before_anything_is_trained(tmp_path):
    # Of a network whose options are not the tuned ones, which this file's fixture replaces.
    [job, *_] = [job for job in jobs() if job.network == "sfc-averaged"]
    records = load_records(ROOT / reproduce.RESULTS / "mnist.json")
    [record] = [record for record in records if record.key == job.key]
    write_record(record, job.folder(tmp_path / "runs" / "reproduce"))
    listed = [
        CliRunner().invoke(
            reproduce.main, ["mnist", "--list", "--only", job.network, "--runs", str(folder)]
        )
        for folder in (tmp_path / "runs", tmp_path / "runs" / "reproduce")
    ]
    assert [done.exit_code for done in listed] == [0, 1] and "\n1 of " in listed[0].output
    assert "must be the folder that holds reproduce/" in listed[1].stderr


def test_tasks_run_side_by_side_and_report_their_status(tmp_path):
    tasks = [
        Task(code, ["python3", "-c", f"import os; print(os.environ['OMP_NUM_THREADS']); "
                    f"exit({code})"], tmp_path / f"{code}.log")
        for code in (0, 3)
    ]
    done = {end.task.job: end.status for end in run_tasks(tasks, 2, threads=1)}
    assert done == {0: 0, 3: 3}
    assert (tmp_path / "3.log").read_text() == "1\n"
    with pytest.raises(ValueError, match="`processes` must be >= 1"):
        list(run_tasks(tasks, 0))


def test_tasks_that_take_all_cores_have_cores_of_their_own(tmp_path):
    cores = sorted(os.sched_getaffinity(0))
    # Told at the end, when all of them have long been bound.
    code = "import os, time; time.sleep(1); print(*os.sched_getaffinity(0))"
    tasks = [Task(n, ["python3", "-c", code], tmp_path / f"{n}.log") for n in range(len(cores))]
    assert all(end.status == 0 for end in run_tasks(tasks, len(cores), threads=1))
    assert sorted(int(task.log.read_text()) for task in tasks) == cores


SLEEP = "import os, time, pathlib; pathlib.Path({!r}).write_text(str(os.getpid())); time.sleep(99)"


def is_running(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


def test_tasks_end_with_the_iteration(tmp_path):
    code = SLEEP.format(str(tmp_path / "pid"))
    long = Task("long", ["python3", "-c", code], tmp_path / "long.log")
    short = Task("short", ["python3", "-c", "import time; time.sleep(1)"], tmp_path / "short.log")
    running = run_tasks([long, short], 2)
    assert next(running).task.job == "short"
    pid = (tmp_path / "pid").read_text()
    assert is_running(pid)
    running.close()
    assert not is_running(pid)


def test_a_terminated_command_ends_the_tasks_of_its_pool(tmp_path):
    pool = (
        "from pathlib import Path; from reports.experiments.job_pool import Task, run_tasks;"
        "from qkeras_models.interruptible_command import InterruptibleCommand;"
        "InterruptibleCommand('pool', callback=lambda: list(run_tasks([Task("
        f"'long', ['python3', '-c', {SLEEP.format(str(tmp_path / 'pid'))!r}],"
        f"Path({str(tmp_path / 'log')!r}))], 1)))()"
    )
    process = subprocess.Popen([sys.executable, "-c", pool], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.1)
    process.terminate()
    assert process.wait(30) == 143
    assert not is_running((tmp_path / "pid").read_text())


def test_streaming_networks_are_the_sum_of_their_modules(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARSE_TERNARY_CACHE", str(tmp_path))
    net = image_network((5, 5, 2), [(3, (3, 3), (1, 1), "same")], bits=1)
    figures, source = reproduce_job.synthesized(net, tmp_path)
    assert source.value == "yosys, sum" and figures["luts"] > 0 and figures["latency_cycles"] > 25
    assert figures["latency_ns"] > 10 and figures["fmax_mhz"] > 100
    assert reproduce_job._estimated(net).keys() == {"luts", "ffs"}


def test_networks_that_are_no_preset_are_trained_by_their_options():
    job = next(job for job in jobs("cifar10") if job.method == "ternary")
    assert job.command.startswith("python train.py cifar-vgg --method ternary")
    assert "--stage1-epochs 28 --stage3-epochs 0" in job.command and "--width 16" in job.command


def test_the_command_of_a_distilled_network_is_one_that_train_py_takes():
    from training.command import _assignment

    job = next(job for job in jobs("cifar10") if job.network == "cnv")
    words = shlex.split(job.command)
    name, value = _assignment(words[words.index("--set") + 1])
    assert (name, value) == ("teacher", job.options()["teacher"])
