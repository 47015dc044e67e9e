import json

import pytest

from reports import learning_rates
from reports.learning_rates import (
    FACTORS,
    RATES,
    best_options,
    chosen,
    collect,
    next_trials,
    read_table,
)
from reports.reproduction_plan import NETWORKS
from training.config import TrainingConfig
from training.method import Method


def test_the_committed_table_decides_between_neighbours():
    scores = learning_rates.scores_by_method("mnist-small", learning_rates.TABLE)
    assert set(scores) == {method.value for method in Method}
    for method, own in scores.items():
        assert next_trials(method, own) == [], method


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
    scores = {(rate, 1.0): accuracy for rate, accuracy in scores.items()}
    assert next_trials("binary", scores) == [(rate, 1.0) for rate in wanted]


@pytest.mark.parametrize("factors, wanted", [
    ({}, [0.3]),
    ({0.3: 0.8}, []),
    ({0.3: 0.97}, [0.1]),
    ({0.3: 0.97, 0.1: 0.98}, [0.03]),
    ({0.3: 0.97, 0.1: 0.98, 0.03: 0.96}, []),
])
def test_then_methods_that_retrain_get_a_rate_for_it(factors, wanted):
    rates = {(3e-3, 1.0): 0.9, (1e-2, 1.0): 0.95, (3e-2, 1.0): 0.93}
    scores = rates | {(1e-2, factor): accuracy for factor, accuracy in factors.items()}
    assert next_trials("magnitude", scores) == [(1e-2, factor) for factor in wanted]
    assert next_trials("sparse", scores) == []


@pytest.mark.parametrize("scores, wanted", [
    ({1: 0.97, 2: 0.98, 3: 0.97}, 2),
    ({1: 0.98, 2: 0.98, 3: 0.98}, 2),
    ({1: 0.9801, 2: 0.9819, 3: 0.97}, 1),  # one standard error of 0.9819 is 0.0019
    ({1: 0.9799, 2: 0.9819, 3: 0.97}, 2),
])
def test_the_middle_one_of_equally_good_values_is_chosen(scores, wanted):
    assert chosen(scores) == wanted


def finish(runs, name, validation, test=0.5):
    folder = runs / f"mnist-small-{name}"
    folder.mkdir(parents=True)
    result = {"validation_accuracy": validation, "test_accuracy": test, "sparsity": 0.0}
    (folder / "training.json").write_text(json.dumps(result))


def test_validation_data_choose_and_test_data_do_not(tmp_path):
    runs, table = tmp_path / "runs", tmp_path / "table.json"
    finish(runs, "binary-0.003", 0.96, test=0.99)
    finish(runs, "binary-0.01", 0.97, test=0.10)
    finish(runs, "magnitude-0.01", 0.95)
    finish(runs, "magnitude-0.01-0.1", 0.97)
    # Tried by hand: only methods that retrain other weights than they pruned get a rate for it.
    finish(runs, "binary-0.01-0.1", 0.99)
    methods = ("binary", "magnitude")
    trials = [("mnist-small", m, rate, f) for m in methods for rate in RATES for f in FACTORS]
    collect(trials, runs, table)
    assert best_options("mnist-small", table) == {
        "binary": {"learning_rate": 1e-2},
        "magnitude": {"learning_rate": 1e-2, "retrain_learning_rate": 0.1},
    }
    assert all("test_accuracy" not in trial for trial in read_table(table))
    assert len(read_table(table)) == 5
    collect([], runs, table)
    assert len(read_table(table)) == 5


def test_rates_are_chosen_for_the_networks_of_the_plan():
    schedule, plan = learning_rates.SCHEDULES["mnist-small"], NETWORKS["mnist-small"]
    assert schedule.sparsity == plan.ablation_sparsity
    small = learning_rates.SCHEDULES["cifar-vgg16"]
    assert small.methods == NETWORKS["cifar-vgg16"].methods


def test_trials_train_with_what_the_table_says():
    from training.command import main

    words = learning_rates.arguments("cifar-vgg16", "binary", 0.01, 0.1)
    context = main.make_context("train.py", words)
    assert context.params["width"] == 16 and context.params["learning_rate"] == 0.01
    assert context.params["method"] == "binary"
    assert context.params["retrain_learning_rate"] == 0.1
    assert {"method", "learning_rate", "seed"} <= set(TrainingConfig.model_fields)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"method": "binary"}]'])
def test_a_damaged_table_is_named(tmp_path, text):
    (tmp_path / "table.json").write_text(text)
    with pytest.raises(ValueError, match="table.json is no valid table"):
        best_options(table=tmp_path / "table.json")


def test_no_table_has_no_rates(tmp_path):
    assert best_options(table=tmp_path / "missing.json") == {}
