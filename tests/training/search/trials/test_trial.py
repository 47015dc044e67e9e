"""One small real training as a trial, and the command and page around it."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import count_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.tools.synthesis import synthesize_verilog
from hls_projects.verification import csim
from qkeras_models.cost.hardware_costs import memory_bits
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.files.saved_model import load_model
from reports import compare
from reports import search as search_report
from reports.network.network_figures import encoded_bits
from reports.records.results_file import NetworkRecord, load_records, save_records
from training import command as training_command
from training import run
from training.config import build_config
from training.data import cache_folder
from training.recording.run_recorder import RunRecorder
from training.search import command
from training.search.early_stopping import Bar
from training.search.trials import measuring
from training.search.trials.job import TrialJob
from training.search.trials.rung_callback import RungCallback
from training.search.trials.trial import OUTCOME, RUN, hardware_figures, run_trial

VALUES = {
    "data": "digits", "hidden": [12], "sparsity": 0.8, "batch_size": 128, "learning_rate": 1e-2,
    "stage1_epochs": 4, "stage3_epochs": 1, "checkpoint_seconds": 0,
}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Trials set the threads of their process once; not for the tests after these."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.setenv(name, "1")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    values = build_config(VALUES).model_dump()
    return TrialJob(tmp_path_factory.mktemp("trials") / "00000", values, shares=(0.5, 1.0))


@pytest.fixture(scope="module")
def outcome(job):
    return run_trial(job)


def test_a_trial_gives_validation_accuracy_and_estimates(job, outcome):
    training = json.loads((job.folder / RUN / "training.json").read_text())
    network = IntegerNetwork.from_keras(load_model(RunFolder(job.folder / RUN).model))
    figures = outcome["figures"]
    assert figures["validation_accuracy"] == training["validation_accuracy"]
    assert figures["nonzeros"] == network.nonzeros > 0
    layers = network.weight_layers
    bits = sum(memory_bits(layer.weights.size, layer.nonzeros) for layer in layers)
    assert figures["bits"] == round(bits)
    assert figures["luts"] > 0 and "latency_ns" not in figures
    assert figures["positions"] == estimate(network).positions > figures["luts"]
    assert [rung["share"] for rung in outcome["rungs"]] == [0.5, 1.0]


def test_hardware_is_counted_in_the_verilog_that_would_be_written(job, outcome):
    network = IntegerNetwork.from_keras(load_model(RunFolder(job.folder / RUN).model))
    figures = hardware_figures(network, replace(job, optimize="area"))
    [design] = count_rtl(network, [1e6], optimize="area")
    assert (figures["luts"], figures["positions"]) == (design.luts, design.positions)
    assert design.latency == 1 and figures["latency_ns"] == design.period
    assert figures["luts_ns"] == design.luts * design.period
    faster = hardware_figures(network, replace(job, optimize="speed", clock_period=1.0))
    assert faster["latency_ns"] > figures["latency_ns"] / 10 and faster["ffs"] > figures["ffs"]


def test_a_trial_never_looks_at_test_data(job, outcome):
    assert json.loads((job.folder / RUN / "training.json").read_text())["test_accuracy"] is None


def test_a_trial_is_not_trained_twice(job, outcome, monkeypatch):
    monkeypatch.setattr(run, "train", None)
    assert run_trial(job) == outcome


def test_a_trial_that_was_interrupted_ends_the_same(job, outcome, tmp_path, monkeypatch):
    save = RunRecorder._save

    def save_and_stop(self, epoch):
        save(self, epoch)
        if epoch == 2:
            raise KeyboardInterrupt

    again = replace(job, folder=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(RunRecorder, "_save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            run_trial(again)
    assert not (tmp_path / OUTCOME).exists()
    result = run_trial(again)
    assert result["figures"] == outcome["figures"] and result["rungs"] == outcome["rungs"]


def test_a_hopeless_trial_ends_in_stage_one(job, tmp_path):
    hopeless = replace(job, folder=tmp_path, bars=(Bar(0.5, ((0, 1.0),)),))
    result = run_trial(hopeless)
    assert result["figures"] is None
    assert [rung["share"] for rung in result["rungs"]] == [0.5]
    assert not RunFolder(tmp_path / RUN).checkpoints.exists()


def test_a_worker_that_dies_before_a_comparison_leaves_it_to_the_next(
    job, tmp_path, monkeypatch
):
    hopeless = replace(job, folder=tmp_path, bars=(Bar(0.5, ((0, 1.0),)),))

    def die(callback, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RungCallback, "on_epoch_end", die)
        with pytest.raises(KeyboardInterrupt):
            run_trial(hopeless)
    assert (RunFolder(tmp_path / RUN).checkpoints / "epoch-0002").is_dir()
    result = run_trial(hopeless)
    assert result["figures"] is None
    assert [rung["share"] for rung in result["rungs"]] == [0.5]


def test_an_error_is_an_outcome(job, tmp_path):
    result = run_trial(replace(job, folder=tmp_path, training={**VALUES, "data": "nothing.npz"}))
    assert "nothing.npz" in result["error"]
    assert "Traceback" in (tmp_path / "traceback.txt").read_text()


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A finished search of two trials, by the command, in this process."""
    from distributed import LocalCluster

    folder = tmp_path_factory.mktemp("search")
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        content = {
            "training": {**VALUES, "hidden": [8], "stage1_epochs": 1, "stage3_epochs": 0},
            "space": {"activation_bits": {"choices": [1, 2]}},
            "trials": 2,
            "synthesize": 1,
            "sampler": "random",
            "budgets": [10, 10000],
            "stage_delay": 2.0,
            "cluster": {"kind": "scheduler", "address": cluster.scheduler_address},
        }
        file = folder / "tiny.yaml"
        file.write_text(yaml.safe_dump(content))
        result = CliRunner().invoke(command.main, [str(file), "--runs", str(folder / "runs")])
    assert result.exit_code == 0, result.output
    return file, folder / "runs" / "search" / "tiny", result.output


def test_the_command_measures_the_best_networks(searched):
    _, folder, output = searched
    record = json.loads((folder / "search.json").read_text())
    assert [trial["state"] for trial in record["trials"]] == ["complete"] * 2
    point, *others = record["pareto"]
    figures = record["trials"][point["number"]]["figures"]
    measured = point["measured"]
    assert measured["nonzeros"] == figures["nonzeros"]
    assert measured["logits"] > 0 and measured["luts"] > 0
    verilog = RunFolder(folder / "trials" / f"{point['number']:05d}" / RUN).rtl / "top.v"
    cells = synthesize_verilog(verilog, cache=cache_folder() / "synthesis")
    assert (measured["luts"], measured["positions"]) == (cells.luts, cells.positions)
    executions = ["Keras", "integer network", "C-simulation", "RTL simulation"]
    assert measured["executions"] == executions
    assert 0 < measured["test_accuracy"] <= 1
    assert f"--name tiny-{point['number']}" in point["command"]
    assert figures["latency_ns"] % 2.0 == 0
    assert not any(other["measured"] for other in others)
    row = f"{measured['luts']:,} +{measured['positions']:,} "
    assert "positions" in output and re.search(row, output)
    assert "trial 1: " in output and f"next: python -m reports.search {folder}" in output


def test_a_run_that_fails_keeps_what_was_measured(searched):
    import dask

    file, folder, _ = searched
    before = json.loads((folder / "search.json").read_text())
    with dask.config.set({"distributed.comm.timeouts.connect": "0.2s"}):
        words = [str(file), "--runs", str(folder.parents[1])]
        result = CliRunner().invoke(command.main, words)
    assert result.exit_code == 1 and "no scheduler answers" in result.output
    after = json.loads((folder / "search.json").read_text())
    assert after["pareto"] == before["pareto"] and after["pareto"][0]["measured"]["luts"] > 0


def test_a_finished_search_is_listed_without_workers(searched, monkeypatch):
    file, folder, _ = searched
    monkeypatch.setattr(command, "_search", None)
    words = [str(file), "--runs", str(folder.parents[1]), "--list"]
    output = CliRunner().invoke(command.main, words).output
    assert "2 of 2 done" in output and "≤ 10,000 LUTs: " in output


def test_another_search_may_not_take_its_place(searched):
    file, folder, _ = searched
    changed = yaml.safe_load(file.read_text())
    changed["training"]["l2"] = 0.1
    file.with_name("changed.yaml").write_text(yaml.safe_dump({**changed, "name": "tiny"}))
    words = [str(file.with_name("changed.yaml")), "--runs", str(folder.parents[1])]
    result = CliRunner().invoke(command.main, words)
    assert result.exit_code == 1 and "begun with another `training`" in result.output


def test_the_page_shows_the_pareto_set(searched):
    _, folder, _ = searched
    result = CliRunner().invoke(search_report.main, [str(folder)])
    assert result.exit_code == 0, result.output
    page = (folder / "search.md").read_text()
    record = json.loads((folder / "search.json").read_text())
    luts = record["pareto"][0]["measured"]["luts"]
    assert f"| {luts:,} LUT (yosys) |" in page
    positions = record["pareto"][0]["measured"]["positions"]
    assert f"| {positions:,} positions (yosys) |" in page
    assert "| Keras, integer network, C-simulation, RTL simulation |" in page
    assert f"--name tiny-{record['pareto'][0]['number']}" in page
    assert (folder / "search-plots" / "pareto.svg").read_text().startswith("<?xml")


def test_networks_found_become_records_of_a_results_file(searched, tmp_path):
    _, folder, _ = searched
    target = tmp_path / "digits.json"
    other = NetworkRecord("sfc", "float", 0)
    save_records([other], target)
    for _ in range(2):
        result = CliRunner().invoke(search_report.main, [str(folder), "--publish", str(target)])
        assert result.exit_code == 0, result.output
    point = json.loads((folder / "search.json").read_text())["pareto"][0]
    kept, found = load_records(target)
    assert kept == other and (found.network, found.method) == ("tiny", f"search {point['number']}")
    assert found.command == point["command"]
    for name in ("test_accuracy", "luts", "positions", "ffs", "latency_ns", "nonzeros"):
        assert getattr(found, name) == point["measured"][name]
    assert found.sources["luts"] == "yosys" and found.sources["latency_ns"] == "delay model"
    network = IntegerNetwork.load(tmp_path / found.network_file)
    assert network.nonzeros == found.nonzeros and encoded_bits(network) == found.encoded_bits
    # A search that has found others takes the place of its earlier networks.
    earlier = replace(found, method="search 99", network_file="networks/tiny-99.npz")
    save_records([kept, found, earlier], target)
    (tmp_path / earlier.network_file).touch()
    CliRunner().invoke(search_report.main, [str(folder), "--publish", str(target)])
    assert load_records(target) == (kept, found)
    assert not (tmp_path / earlier.network_file).exists()
    assert f"found by search, trial {point['number']}" in (tmp_path / "digits.md").read_text()
    wrong = [str(folder), "--publish", str(tmp_path / "mnist.json")]
    result = CliRunner().invoke(search_report.main, wrong)
    assert result.exit_code == 1 and "Received: digits" in result.output


def test_a_trial_can_be_looked_at_like_a_run(searched, tmp_path):
    _, folder, _ = searched
    trial = folder / "trials" / "00000"
    words = ["--resume", "--name", RUN, "--runs", str(trial), "--quiet"]
    result = CliRunner().invoke(training_command.main, words)
    assert result.exit_code == 0 and "test accuracy untested" in result.output
    page = tmp_path / "page.html"
    result = CliRunner().invoke(compare.main, [str(trial / RUN), "-o", str(page)])
    assert result.exit_code == 0, result.output


def test_an_unmeasured_search_has_nothing_to_publish(searched, tmp_path):
    _, folder, _ = searched
    record = json.loads((folder / "search.json").read_text())
    for point in record["pareto"]:
        point["measured"] = {}
    (tmp_path / "search.json").write_text(json.dumps(record))
    words = [str(tmp_path), "--publish", str(tmp_path / "digits.json")]
    result = CliRunner().invoke(search_report.main, words)
    assert result.exit_code == 1 and "has no measured network" in result.output


def test_measuring_is_done_once(searched, monkeypatch):
    _, folder, _ = searched
    number = json.loads((folder / "search.json").read_text())["pareto"][0]["number"]
    monkeypatch.setattr(measuring, "_measure", None)
    job = measuring.MeasuringJob(folder / "trials" / f"{number:05d}", 60.0)
    assert measuring.measure(job)["luts"] > 0


def test_without_a_compiler_a_network_is_not_measured_and_the_error_says_why(
    searched, tmp_path, monkeypatch
):
    _, folder, _ = searched
    shutil.copytree(folder / "trials" / "00000" / RUN, tmp_path / RUN)
    monkeypatch.setattr(csim.shutil, "which", lambda program: None)
    error = measuring.measure(measuring.MeasuringJob(tmp_path, 60.0))["error"]
    assert error.startswith("CompilerError: C-simulation needs the C++ compiler 'g++'")


def test_a_folder_without_a_search_is_named(tmp_path):
    result = CliRunner().invoke(search_report.main, [str(tmp_path)])
    assert result.exit_code == 1 and "holds no search.json" in result.output
    (tmp_path / "search.json").write_text("[]")
    result = CliRunner().invoke(search_report.main, [str(tmp_path)])
    assert result.exit_code == 1 and "damaged" in result.output


def test_a_regression_is_searched_and_measured_by_r2(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    y = x[:, 0] * 50 + 300
    np.savez(tmp_path / "my.npz", x_train=x, y_train=y, x_test=x[:40], y_test=y[:40])
    values = {**VALUES, "data": str(tmp_path / "my.npz"), "sparsity": 0.2, "stage1_epochs": 8}
    job = TrialJob(
        tmp_path / "00000", build_config(values).model_dump(), (Bar(1.0, ((0, -9.0),)),), (1.0,)
    )
    outcome = run_trial(job)
    training = json.loads((job.folder / RUN / "training.json").read_text())
    assert outcome["metric"] == training["metric"] == "R²"
    assert outcome["figures"]["validation_accuracy"] == training["validation_accuracy"]
    assert [rung["share"] for rung in outcome["rungs"]] == [1.0]
