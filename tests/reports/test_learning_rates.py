import json

import pytest

from reports import learning_rates
from reports.learning_rates import RATES, best_rates, collect, next_rates, read_table
from reports.reproduction_plan import NETWORKS
from training.config import TrainingConfig
from training.method import Method


def test_the_committed_table_decides_between_neighbours():
    scores = learning_rates.scores_by_method("mnist-small", learning_rates.TABLE)
    assert set(scores) == {method.value for method in Method}
    for method, own in scores.items():
        assert next_rates(own) == [], method


@pytest.mark.parametrize("scores, wanted", [
    ({}, [3e-3, 1e-2]),
    ({3e-3: 0.9}, [1e-2]),
    ({3e-3: 0.9, 1e-2: 0.8}, [1e-3]),
    ({3e-3: 0.9, 1e-2: 0.95}, [3e-2]),
    ({3e-3: 0.9, 1e-2: 0.95, 3e-2: 0.94}, []),
    ({3e-3: 0.9, 1e-2: 0.95, 3e-2: 0.96}, [0.1]),
    ({3e-3: 0.9, 1e-2: 0.8, 1e-3: 0.95, 3e-4: 0.96}, []),
])
def test_the_best_rate_ends_between_worse_ones(scores, wanted):
    assert next_rates(scores) == wanted


def finish(runs, method, rate, validation, test=0.5):
    folder = runs / f"mnist-small-{method}-{rate}"
    folder.mkdir(parents=True)
    result = {"validation_accuracy": validation, "test_accuracy": test, "sparsity": 0.0}
    (folder / "training.json").write_text(json.dumps(result))


def test_validation_data_choose_and_test_data_do_not(tmp_path):
    runs, table = tmp_path / "runs", tmp_path / "table.json"
    finish(runs, "binary", 3e-3, 0.96, test=0.99)
    finish(runs, "binary", 1e-2, 0.97, test=0.10)
    finish(runs, "ternary", 1e-2, 0.97)
    finish(runs, "ternary", 3e-2, 0.97)
    trials = [("mnist-small", method, rate) for method in ("binary", "ternary") for rate in RATES]
    collect(trials, runs, table)
    assert best_rates("mnist-small", table) == {"binary": 1e-2, "ternary": 1e-2}
    assert all("test_accuracy" not in trial for trial in read_table(table))
    assert len(read_table(table)) == 4
    collect([], runs, table)
    assert len(read_table(table)) == 4


def test_rates_are_chosen_over_the_whole_schedule():
    schedule, plan = learning_rates.SCHEDULES["mnist-small"], NETWORKS["mnist-small"]
    assert (schedule.epochs, schedule.sparsity) == (plan.epochs, plan.ablation_sparsity)
    small = learning_rates.SCHEDULES["cifar-vgg16"]
    assert small.methods == NETWORKS["cifar-vgg16"].methods


def test_trials_train_with_what_the_table_says():
    from training.command import main

    words = learning_rates.arguments("cifar-vgg16", "binary", 0.01)
    context = main.make_context("train.py", words)
    assert context.params["width"] == 16 and context.params["learning_rate"] == 0.01
    assert context.params["method"] == "binary"
    assert {"method", "learning_rate", "seed"} <= set(TrainingConfig.model_fields)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"method": "binary"}]'])
def test_a_damaged_table_is_named(tmp_path, text):
    (tmp_path / "table.json").write_text(text)
    with pytest.raises(ValueError, match="table.json is no valid table"):
        best_rates(table=tmp_path / "table.json")


def test_no_table_has_no_rates(tmp_path):
    assert best_rates(table=tmp_path / "missing.json") == {}
