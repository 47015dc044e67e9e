"""Networks of other outputs than classes, from the user's .npz through both commands."""

import csv
import json
import shutil

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from hls_projects.conversion.compared_samples import test_data as find_test_data
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models import InputQuantizer, IntegerHead, SparseTernaryDense
from reports.command import main as convert_command
from reports.network.network_score import accuracy, output_meanings
from training.command import main as train_command
from training.recording.run_result import read_result

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 5)).astype(np.float32)
Y = {
    "binary": np.where(X[:, 0] + X[:, 1] > 0.5, "yes", "no"),
    "multi": (X[:, :3] > [0.0, 0.5, -0.5]).astype(int),
    "numbers": X[:, :2] * [300.0, 0.01] + [1000.0, 0.0],
    "number": X[:, 0] * 40 + X[:, 1] * 30 + 500,
    "labels": np.array([3, 5, 9])[X[:, :3].argmax(axis=1)],
}
METRICS = {"binary": "binary accuracy", "multi": "binary accuracy", "labels": "accuracy"}
MEANINGS = {
    "binary": ["output 0: 'yes' where output > 0, else 'no'"],
    "multi": ["output 2: 1 where output > 0, else 0"],
    "numbers": ["output 0: target = ", "output 1: target = "],
    "number": ["output 0: target = "],
    "labels": ["output 0: label 3", "output 2: label 9"],
}


def command(main, *arguments):
    done = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A folder with my.npz of a kind of y."""
    monkeypatch.chdir(tmp_path)

    def save(kind):
        y = Y[kind]
        np.savez("my.npz", x_train=X[:400], y_train=y[:400], x_test=X[400:], y_test=y[400:])
        return tmp_path

    return save


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Copies the run of a kind of y, and returns what its training told; each is trained once."""
    kept, told = tmp_path_factory.mktemp("runs"), {}

    def train(kind):
        if kind in told:
            shutil.copytree(kept / kind, "runs")
            return told[kind]
        told[kind] = command(
            train_command, "--data", "my.npz", "--hidden", "16", "--sparsity", "0.3",
            "--name", "run", "--stage1-epochs", "12", "--stage3-epochs", "6",
            "--batch-size", "32", "--learning-rate", "0.01", "--quiet",
            *(["--loss", "binary"] if kind == "binary" else []),
        )
        shutil.copytree("runs", kept / kind)
        return told[kind]

    return train


@pytest.mark.parametrize("kind", Y)
def test_a_kind_of_outputs_goes_from_file_to_report(work, runs, kind):
    folder = work(kind) / "runs" / "run"
    told = runs(kind)
    metric = METRICS.get(kind, "R²")
    result = read_result(folder)
    assert result.metric == metric and f"test {metric} " in told
    assert result.test_accuracy > 0.6
    assert (result.test_rmse is not None) == (metric == "R²") == ("RMSE" in told)
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert ("val_r2" if metric == "R²" else "val_accuracy") in rows[0]

    told = command(convert_command, "run", "--no-csim")
    line = next(line for line in told.splitlines() if line.startswith(f"{metric}: "))
    report = json.loads((folder / "report" / "report.json").read_text())
    assert report["accuracy"]["value"] == pytest.approx(result.test_accuracy, abs=1e-6)
    assert report["accuracy"]["text"] in line and "on 100 samples of the my test set" in line
    assert all(meaning in told for meaning in MEANINGS[kind])
    page = (folder / "report" / "report.md").read_text()
    assert f"| Test {metric} | " in page and "## Outputs" in page
    assert "training.svg" in page


def test_numbers_of_hardware_are_those_of_the_data(work, runs):
    """target = a + b × output, as the report writes it, with the error that it states."""
    folder = work("number") / "runs" / "run"
    runs("number")
    command(convert_command, "run", "--no-csim")
    report = json.loads((folder / "report" / "report.json").read_text())
    offset, step = (float(word) for word in report["outputs"][0].split() if word[0].isdigit())
    integers = IntegerNetwork.load(folder / "network.npz").predict(X[400:])[:, 0]
    error = np.sqrt(((offset + step * integers - Y["number"][400:]) ** 2).mean())
    assert error == pytest.approx(report["accuracy"]["rmse"][0], rel=1e-3)


def test_an_integer_network_alone_has_no_score_of_numbers(work, runs):
    work("number")
    runs("number")
    command(convert_command, "run", "--no-csim")
    network = IntegerNetwork.load("runs/run/network.npz")
    found = find_test_data(network, "my.npz", None, None)
    assert found.y is None and "does not hold the scale of its numbers" in found.note
    assert accuracy(network, None, found) is None and not output_meanings(network, None, found)


def test_a_run_keeps_its_labels_with_other_data(work, runs):
    """Data that lack a class do not move the others."""
    work("labels")
    runs("labels")
    few = Y["labels"] != 3
    np.savez("few.npz", x_train=X[few], y_train=Y["labels"][few], x_test=X[few][:50],
             y_test=Y["labels"][few][:50])
    told = command(convert_command, "run", "--no-csim", "--data", "few.npz")
    score = next(line for line in told.splitlines() if line.startswith("accuracy: "))
    assert float(score.split("%")[0].split()[1]) > 75 and "output 0: label 3" in told


def own_script(outputs, loss, y):
    model = keras.Sequential([
        keras.Input((5,)), InputQuantizer(bits=6, signed=True, scale=0.125),
        SparseTernaryDense(outputs), IntegerHead(initial_scale=0.02),
    ])
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit(X[:400], y[:400], epochs=12, verbose=0)
    model.save("own.keras")


@pytest.mark.parametrize(
    ("kind", "loss", "y", "outputs", "told"),
    [
        ("binary", keras.losses.BinaryCrossentropy(from_logits=True), Y["binary"] == "yes", 1,
         "binary accuracy: "),
        ("multi", "mse", Y["multi"] * 2.0 - 1, 3, "R²: "),
        ("number", "mse", Y["number"] / 40, 1, "R²: -"),  # in other units than the file's
        ("labels", "mse", np.eye(3)[X[:, :3].argmax(axis=1)] * 2 - 1, 3, "accuracy: "),
        ("numbers", "mse", Y["multi"][:, :1] * 1.0, 1,
         "note: no score: my.npz: `y_train` must fit a network of 1 outputs. "
         "Received: regression with 2"),
    ],
)
def test_a_script_of_the_users_own_is_judged_by_its_loss(work, kind, loss, y, outputs, told):
    work(kind)
    keras.utils.set_random_seed(0)
    own_script(outputs, loss, y)
    assert told in command(convert_command, "own.keras", "--no-csim", "--data", "my.npz")
