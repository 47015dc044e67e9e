import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from reports import tuning
from reports.experiments.network_plans import DATA, NETWORKS
from reports.experiments.reproduction_plan import jobs
from reports.experiments.tuning_plan import (
    DEFAULT,
    FACTORS,
    RATES,
    SCHEDULES,
    Trial,
    chosen,
    decide,
)
from reports.experiments.tuning_table import TABLE, best_options, collect, read_scores, read_table
from training.config import TrainingConfig, build_config
from training.methods import METHODS

ROOT = Path(__file__).parents[2]
BINARY = Trial("mnist-small", "binary", 3e-3, 1.0, 2e-5)
SPARSE = Trial("mnist-small", "sparse", 1e-2, 1.0, 2e-5)


@pytest.mark.parametrize("network", list(SCHEDULES))
def test_the_committed_table_decides_between_neighbours(network):
    scores = read_scores(TABLE)
    for method in SCHEDULES[network].methods:
        trial, left = decide(network, method, scores)
        assert trial in scores and left == [], method
    assert set(SCHEDULES["mnist-small"].methods) == set(METHODS)


@pytest.mark.parametrize("scores, wanted", [
    ({}, [3e-3, 1e-2]),
    ({3e-3: 0.9}, [1e-2]),
    ({3e-3: 0.9, 1e-2: 0.8}, [1e-3]),
    ({3e-3: 0.9, 1e-2: 0.95}, [3e-2]),
    ({3e-3: 0.9, 1e-2: 0.95, 3e-2: 0.93}, []),
    ({3e-3: 0.9, 1e-2: 0.95, 3e-2: 0.96}, [0.1]),
    ({3e-3: 0.9, 1e-2: 0.8, 1e-3: 0.95, 3e-4: 0.96}, []),
])
def test_the_chosen_rate_ends_between_others(scores, wanted):
    scores = {replace(BINARY, learning_rate=rate): score for rate, score in scores.items()}
    wanted = [replace(BINARY, learning_rate=rate) for rate in wanted]
    assert decide("mnist-small", "binary", scores)[1] == wanted


@pytest.mark.parametrize("factors, wanted", [
    ({}, [0.3]),
    ({0.3: 0.8}, []),
    ({0.3: 0.97}, [0.1]),
    ({0.3: 0.97, 0.1: 0.98}, [0.03]),
    ({0.3: 0.97, 0.1: 0.98, 0.03: 0.96}, []),
])
def test_then_methods_that_retrain_get_a_rate_for_it(factors, wanted):
    best = Trial("mnist-small", "magnitude", 1e-2, 1.0, 2e-5)
    rates = {3e-3: 0.9, 1e-2: 0.95, 3e-2: 0.93}
    scores = {replace(best, learning_rate=rate): score for rate, score in rates.items()}
    scores |= {replace(best, retrain_learning_rate=f): score for f, score in factors.items()}
    wanted = [replace(best, retrain_learning_rate=factor) for factor in wanted]
    assert decide("mnist-small", "magnitude", scores)[1] == wanted
    sparse = {replace(trial, method="sparse"): score for trial, score in scores.items()}
    assert decide("mnist-small", "sparse", sparse)[1] == []


@pytest.mark.parametrize("accuracies, wanted, best", [
    ({}, [2e-6, 2e-5], 2e-5),
    ({2e-5: 0.98}, [2e-6], 2e-5),
    ({2e-5: 0.98, 2e-6: 0.99}, [2e-7], 2e-6),
    ({2e-5: 0.98, 2e-6: 0.99, 2e-7: 0.97}, [], 2e-6),
    ({2e-5: 0.99, 2e-6: 0.98}, [2e-4], 2e-5),
])
def test_then_pruned_methods_get_an_l2_at_the_rates_of_another_network(accuracies, wanted, best):
    start = replace(SPARSE, network="lfc")
    scores = {SPARSE: 0.97, replace(SPARSE, learning_rate=3e-3): 0.9}
    scores |= {replace(start, l2=l2): accuracy for l2, accuracy in accuracies.items()}
    trial, left = decide("lfc", "sparse", scores)
    assert trial == replace(start, l2=best)
    assert left == [replace(start, l2=l2) for l2 in wanted]


@pytest.mark.parametrize("accuracies, wanted, best", [
    ({}, [3e-2], 1e-2),
    ({3e-2: 0.8}, [], 3e-2),
    ({3e-2: 0.7}, [], 1e-2),
])
def test_then_the_rate_that_goes_with_a_larger_l2(accuracies, wanted, best):
    start = Trial("cifar-vgg16", "sparse", 1e-2, 1.0, 1e-6)
    scores = {replace(start, learning_rate=rate): 0.7 for rate in (3e-3, 1e-2, 3e-2)}
    scores |= {replace(start, l2=l2): a for l2, a in {1e-6: 0.7, 1e-5: 0.75, 1e-4: 0.7}.items()}
    chosen_l2 = replace(start, l2=1e-5)
    scores |= {replace(chosen_l2, learning_rate=rate): a for rate, a in accuracies.items()}
    trial, left = decide("cifar-vgg16", "sparse", scores)
    assert trial == replace(chosen_l2, learning_rate=best)
    assert left == [replace(chosen_l2, learning_rate=rate) for rate in wanted]


@pytest.mark.parametrize("scores, wanted", [
    ({1: 0.97, 2: 0.98, 3: 0.97}, 2),
    ({1: 0.98, 2: 0.98, 3: 0.98}, 2),
    ({1: 0.9801, 2: 0.9819, 3: 0.97}, 1),  # one standard error of 0.9819 is 0.0019
    ({1: 0.9799, 2: 0.9819, 3: 0.97}, 2),
])
def test_the_middle_one_of_equally_good_values_is_chosen(scores, wanted):
    assert chosen(scores) == wanted


def finish(runs, trial, validation, test=0.5):
    (runs / trial.name).mkdir(parents=True)
    result = {"validation_accuracy": validation, "test_accuracy": test, "sparsity": 0.0}
    (runs / trial.name / "training.json").write_text(json.dumps(result))


def test_validation_data_choose_and_test_data_do_not(tmp_path):
    runs, table = tmp_path / "runs", tmp_path / "table.json"
    magnitude = Trial("mnist-small", "magnitude", 1e-2, 1.0, 2e-5)
    l2 = Trial("lfc", "sparse", DEFAULT, 1.0, 2e-6)
    trials = {
        BINARY: (0.96, 0.99),
        replace(BINARY, learning_rate=1e-2): (0.97, 0.10),
        **{replace(magnitude, learning_rate=rate): (0.9, 0.9) for rate in (3e-3, 3e-2)},
        magnitude: (0.95, 0.5),
        replace(magnitude, retrain_learning_rate=0.1): (0.97, 0.5),
        l2: (0.9, 0.5),
    }
    for trial, accuracies in trials.items():
        finish(runs, trial, *accuracies)
    collect(list(trials), runs, table)
    found = best_options("mnist-small", table)
    assert found["binary"] == {"learning_rate": 1e-2}
    assert found["magnitude"] == {"learning_rate": 1e-2, "retrain_learning_rate": 0.1}
    assert best_options("lfc", table)["sparse"] == {"learning_rate": DEFAULT, "l2": 2e-6}
    assert all("test_accuracy" not in row for row in read_table(table))
    assert set(read_scores(table)) == set(trials)
    collect([], runs, table)
    assert set(read_scores(table)) == set(trials)


def test_finished_trials_are_not_trained_again(tmp_path):
    runs, table = tmp_path / "runs", tmp_path / "table.json"
    for rate, accuracy in {3e-3: 0.9, 1e-2: 0.95}.items():
        finish(runs, replace(BINARY, learning_rate=rate), accuracy)
    left = tuning._left("mnist-small", ["binary"], runs, table)
    assert left == [replace(BINARY, learning_rate=3e-2)]


def test_options_are_chosen_for_the_networks_of_the_plan():
    for name, schedule in SCHEDULES.items():
        plan = NETWORKS[name]
        assert schedule.sparsity == plan.ablation_sparsity
        assert set(schedule.methods) <= set(plan.methods)
        for trained, planned in zip(schedule.epochs, plan.epochs, strict=True):
            assert abs(trained - planned / 2) <= 3
        if "l2" not in dict(schedule.choices):
            assert build_config({"preset": plan.preset or name, **plan.options}).l2 == schedule.l2
        for _, choice in schedule.choices:
            assert set(choice.first) <= set(choice.values)


def test_trials_train_with_what_the_table_says():
    from training.command import main

    trial = Trial("cifar-vgg16", "sparse", 0.01, 0.1, 1e-5)
    context = main.make_context("train.py", trial.arguments)
    told = {"method": "sparse", "learning_rate": 0.01, "retrain_learning_rate": 0.1, "l2": 1e-5}
    assert told.items() <= context.params.items() and context.params["width"] == 16
    assert trial.name == "cifar-vgg16-sparse-0.01-0.1-l2-1e-05"
    assert set(told) <= set(TrainingConfig.model_fields)


@pytest.mark.parametrize("preset, tuned", [("cifar-vgg", "cifar-vgg16"), ("lfc", "lfc")])
def test_presets_are_what_trials_chose(preset, tuned):
    found = build_config({"preset": preset})
    assert best_options(tuned)["sparse"] == {"learning_rate": found.learning_rate, "l2": found.l2}


def test_every_job_of_the_plan_gets_its_options():
    for job in (job for data in DATA for quick in (False, True) for job in jobs(data, quick)):
        options = build_config({"preset": job.preset, **job.options()})
        assert (options.method, options.seed) == (job.method, job.seed)
        assert f"--learning-rate {options.learning_rate} " in job.command
    small, large = best_options("mnist-small"), best_options("lfc")
    for method in ("binary", "ternary", "float"):
        assert large[method] == small[method]


@pytest.mark.parametrize("network, method", [("mnist-small", "foo"), ("lfc", "binary")])
def test_a_method_that_is_not_tuned_is_refused(network, method, tmp_path):
    words = ["--network", network, "--method", method, "--runs", str(tmp_path)]
    done = CliRunner().invoke(tuning.main, words)
    assert done.exit_code == 1
    assert f"`--method` for {network} must be one of " in done.stderr
    assert f"Received: '{method}'" in done.stderr


@pytest.mark.parametrize("network, option", [("mnist-small", "learning_rate"), ("lfc", "l2")])
def test_the_documented_table_is_the_committed_one(network, option):
    scores, text = read_scores(TABLE), (ROOT / "docs/lab-notes.md").read_text(encoding="utf-8")
    values = dict(SCHEDULES[network].choices)[option].values
    for method in SCHEDULES[network].methods:
        best, _ = decide(network, method, scores)
        best = replace(best, retrain_learning_rate=1.0) if option == "learning_rate" else best
        cells = []
        for value in values:
            accuracy = scores.get(replace(best, **{option: value}))
            cell = "" if accuracy is None else f"{100 * accuracy:.2f}"
            cells.append(f"**{cell}**" if value == getattr(best, option) else cell)
        assert f"| `{method}` | {' | '.join(cells)} |" in text


def test_no_two_trials_share_a_run():
    trials = [
        Trial("lfc", "sparse", rate, factor, l2)
        for rate in RATES.values
        for factor in FACTORS.values
        for l2 in dict(SCHEDULES["lfc"].choices)["l2"].values
    ]
    assert len({trial.name for trial in trials}) == len(trials)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"method": "binary"}]'])
def test_a_damaged_table_is_named(tmp_path, text):
    (tmp_path / "table.json").write_text(text)
    with pytest.raises(ValueError, match="table.json is no valid table"):
        best_options(table=tmp_path / "table.json")


def test_without_a_table_every_method_has_the_default(tmp_path):
    found = best_options(table=tmp_path / "missing.json")
    assert found == {method: {"learning_rate": DEFAULT} for method in METHODS}
