import json

import keras
import numpy as np
import pytest

from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import mlp
from training import run
from training.config import build_config
from training.recording.shadow_weights import BINS, record_stage_end

SMALL = {
    "data": "digits", "hidden": [24], "sparsity": 0.8, "batch_size": 64,
    "stage1_epochs": 2, "stage3_epochs": 1, "learning_rate": 5e-3,
}


def recorded(folder):
    return json.loads((folder / "shadow_weights.json").read_text())


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "three"
    run.train(build_config(SMALL), folder, verbose=0)
    return recorded(folder)


def test_every_stage_ends_with_a_histogram_of_every_layer(stages):
    assert [(stage["stage"], stage["epoch"]) for stage in stages] == [(1, 2), (2, 2), (3, 3)]
    for stage in stages:
        assert [layer["layer"] for layer in stage["layers"]] == ["dense_1", "dense_2"]
        for layer, size in zip(stage["layers"], (64 * 24, 24 * 10), strict=True):
            assert sum(layer["weights"]) + sum(layer["pruned"]) == size
            assert len(layer["weights"]) == len(layer["pruned"]) == BINS


def test_pruning_takes_what_lies_within_the_threshold(stages):
    first, second, third = stages
    for layer in first["layers"]:
        assert sum(layer["pruned"]) == 0
    kept = sum(sum(layer["weights"]) for layer in second["layers"])
    assert 0 < kept <= 0.2 * (64 * 24 + 24 * 10)
    centers = (np.arange(BINS) + 0.5) * 2 / BINS - 1
    for layer in second["layers"]:
        pruned = np.abs(centers[np.array(layer["pruned"]) > 0])
        assert pruned.max() <= layer["threshold"] + 1 / BINS
        alive = np.abs(centers[np.array(layer["weights"]) > 0])
        assert alive.min() >= layer["threshold"] - 1 / BINS
    assert sum(sum(layer["weights"]) for layer in third["layers"]) == kept


def test_a_run_without_stage_3_ends_with_stage_2(tmp_path):
    run.train(build_config({**SMALL, "stage3_epochs": 0}), tmp_path / "two", verbose=0)
    assert [stage["stage"] for stage in recorded(tmp_path / "two")] == [1, 2]


def test_the_same_stage_is_replaced_and_the_others_stay(tmp_path):
    model = mlp((6,), [5], 3)
    layers = sparse_ternary_layers(model)
    record_stage_end(tmp_path, 3, 9, layers)
    record_stage_end(tmp_path, 1, 4, layers)
    layers[0].kernel.assign(keras.ops.full((6, 5), 0.99))
    record_stage_end(tmp_path, 1, 5, layers)
    first, third = recorded(tmp_path)
    assert (first["stage"], first["epoch"], third["stage"]) == (1, 5, 3)
    assert first["layers"][0]["weights"][-1] == 30
