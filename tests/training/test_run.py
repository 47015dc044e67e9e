import csv
import gc
import json
import shutil

import keras
import numpy as np
import pytest

from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from tests.training.copied_folder import CopiedFolder, copied
from training import run
from training.config import build_config
from training.data import Batches
from training.recording.run_recorder import TrainingDiverged, find_checkpoint

SMALL = {
    "data": "digits", "hidden": [24], "sparsity": 0.8, "batch_size": 64,
    "stage1_epochs": 4, "stage3_epochs": 2, "checkpoint_seconds": 0, "learning_rate": 5e-3,
}


def copied_run(config, folder, *epochs):
    """Folder and result of a run that was copied after so many epochs, as if killed then."""
    copies = CopiedFolder(folder, *epochs)
    return folder, run.train(build_config(config), folder, verbose=0, callbacks=[copies])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return copied_run(SMALL, tmp_path_factory.mktemp("runs") / "whole", 2, 5)


def weights(folder):
    return load_model(folder / "model.keras").get_weights()


def test_a_run_folder_holds_everything(finished):
    folder, result = finished
    expected = {"config.yaml", "history.csv", "model.keras", "shadow_weights.json"}
    assert expected | {"training.json"} == {path.name for path in folder.glob("[!.]*")}
    assert result.sparsity >= 0.8 and result.test_accuracy > 0.6
    assert json.loads((folder / "training.json").read_text())["nonzeros"] == result.nonzeros
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert [row["stage"] for row in rows] == ["1.0"] * 4 + ["3.0"] * 2
    assert {"threshold/dense_1", "sparsity/dense_2", "soft_nonzeros"} <= set(rows[0])


def test_the_saved_model_keeps_thresholds_masks_and_stage(finished):
    for layer in sparse_ternary_layers(load_model(finished[0] / "model.keras")):
        assert float(layer.stage) == 3 and float(layer.threshold) > 0
        assert 0 < np.array(layer.mask).mean() < 1


def assert_resumes(whole, folder):
    """A run that was stopped, and is resumed, ends as `whole`, (folder, result), did."""
    result = run.resume(folder, verbose=0)
    for a, b in zip(weights(whole[0]), weights(folder), strict=True):
        np.testing.assert_array_equal(a, b)
    assert result.test_accuracy == whole[1].test_accuracy
    for name in ("history.csv", "shadow_weights.json"):
        assert (folder / name).read_text() == (whole[0] / name).read_text()


def test_a_training_lets_its_samples_go(tmp_path):
    """TensorFlow keeps what fit was given; a search trains hundreds of networks in a process."""
    before = {id(found) for found in gc.get_objects() if isinstance(found, Batches)}
    run.train(build_config({**SMALL, "stage1_epochs": 1, "stage3_epochs": 1}), tmp_path, 0)
    gc.collect()
    kept = [found for found in gc.get_objects() if isinstance(found, Batches)]
    assert not any(len(found) for found in kept if id(found) not in before)


def test_a_run_interrupted_in_stage_one_resumes_to_the_same_weights(finished):
    assert_resumes(finished, copied(finished[0], 2))


def test_a_run_interrupted_in_stage_three_does_too(finished, tmp_path):
    shutil.copytree(copied(finished[0], 5), tmp_path / "run")
    assert_resumes(finished, tmp_path / "run")


def test_an_interrupted_convolutional_run_does_too(tmp_path):
    config = {
        **SMALL, "hidden": ["3c3", "p2", 8], "min_density": {"conv2d_1": 0.5},
        "fan_in": {"dense_1": 5}, "activation_bits": {"conv2d_1": 1},
        "precision": "mixed_bfloat16",
        "augmentation": {"shift": 1, "flip": True, "whole_pixels": True},
    }
    whole = copied_run(config, tmp_path / "whole", 2)
    assert_resumes(whole, copied(whole[0], 2))


def test_a_compiled_run_does_too(tmp_path, monkeypatch):
    monkeypatch.setattr("training.steps.fast_steps.WORTH_STEPS", 1)
    whole = copied_run(SMALL, tmp_path / "whole", 5)
    assert_resumes(whole, copied(whole[0], 5))


@pytest.mark.parametrize("seconds, least", [({"seconds": 1000.0}, 1000.0), ({}, 0.0)])
def test_time_of_earlier_parts_counts(finished, tmp_path, seconds, least):
    """And checkpoints of before, which had none, go on."""
    shutil.copytree(copied(finished[0], 5), tmp_path / "run")
    path = find_checkpoint(tmp_path / "run") / "state.json"
    state = json.loads(path.read_text())
    assert state.pop("seconds") > 0
    path.write_text(json.dumps(state | seconds))
    assert least < run.resume(tmp_path / "run", verbose=0).seconds < least + 500


def test_a_finished_run_is_not_trained_again(finished, monkeypatch):
    monkeypatch.setattr(run, "load_data", None)
    assert run.resume(finished[0]) == finished[1]


def test_an_existing_folder_is_left_alone(finished):
    with pytest.raises(FileExistsError, match="choose another --name, or --resume"):
        run.train(build_config(SMALL), finished[0])


def test_averaged_weights_end_a_run_and_a_resumed_one(tmp_path):
    folder, _ = copied_run(SMALL | {"average": 0.9}, tmp_path / "averaged", 2, 5)
    for epoch in (2, 5):
        run.resume(copied(folder, epoch), verbose=0)
        for one, other in zip(weights(folder), weights(copied(folder, epoch)), strict=True):
            np.testing.assert_array_equal(one, other)
    plain, _ = copied_run(SMALL, tmp_path / "plain")
    layers = sparse_ternary_layers(load_model(folder / "model.keras"))
    others = sparse_ternary_layers(load_model(plain / "model.keras"))
    for layer, other in zip(layers, others, strict=True):
        np.testing.assert_array_equal(np.asarray(layer.mask), np.asarray(other.mask))
        assert 0 < np.abs(np.asarray(layer.kernel) - np.asarray(other.kernel)).max() < 0.5


def test_resume_needs_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="no run folder"):
        run.resume(tmp_path)


def test_a_diverging_loss_stops_and_keeps_the_last_checkpoint(tmp_path, monkeypatch):
    def build_model(config, data):
        model = original(config, data)

        class Explode(keras.losses.Loss):
            calls = 0

            def call(self, y, logits):
                return keras.ops.log(model.optimizer.iterations < 30) + keras.ops.mean(logits)

        model.compile("adam", Explode(), jit_compile=False)
        return model

    original = run.build_model
    monkeypatch.setattr(run, "build_model", build_model)
    with pytest.raises(TrainingDiverged, match="epoch 2; the last good checkpoint is .*epoch-0001"):
        run.train(build_config(SMALL), tmp_path / "run", verbose=0)
    assert (find_checkpoint(tmp_path / "run") / "model.keras").is_file()


def test_a_training_without_stage_three_is_pruned(tmp_path):
    result = run.train(build_config(SMALL, {"stage3_epochs": 0}), tmp_path / "run", verbose=0)
    assert result.sparsity >= 0.8


@pytest.mark.parametrize("content", ["{}", '{"epoch": 2', "[]"])
def test_a_damaged_checkpoint_is_named(finished, tmp_path, content):
    folder = tmp_path / "run"
    checkpoint = folder / "checkpoints" / "epoch-0002"
    checkpoint.mkdir(parents=True)
    (folder / "config.yaml").write_text((finished[0] / "config.yaml").read_text())
    (checkpoint / "state.json").write_text(content)
    with pytest.raises(ValueError, match="state.json is damaged"):
        run.resume(folder)


def test_a_start_that_fails_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="`hidden`"):
        run.train(build_config(SMALL, {"hidden": [0]}), tmp_path / "run")
    assert not (tmp_path / "run").exists()
