import os
import subprocess
import sys
import time
from functools import partial

import keras
import pytest

from tests.commands import ROOT, in_new_process, in_process
from training.command import main
from training.data import load

FAST = ["--hidden", "16", "--stage1-epochs", "2", "--stage3-epochs", "1", "--sparsity", "0.7"]
# Little time to compile.
QUICK_JAX = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}

train = partial(in_process, main)


def test_help_answers_at_once(tmp_path):
    started = time.monotonic()
    done = in_new_process("train.py", "--help", cwd=tmp_path)
    assert done.returncode == 0 and "three stages" in done.stdout
    assert time.monotonic() - started < 5  # imports of TensorFlow alone take longer


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_digits_train_on_each_backend(tmp_path, backend):
    words = "--data", "digits", "--name", "d", *FAST
    environment = {"KERAS_BACKEND": backend, **(QUICK_JAX if backend == "jax" else {})}
    done = in_new_process("train.py", *words, cwd=tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    assert "test accuracy" in done.stdout and "next: python convert.py runs/d" in done.stdout
    assert "epoch 1/" in done.stdout and "stage 3, retrain" in done.stdout
    assert "weights are pruned for good" in done.stdout and "statistics are renewed" in done.stdout
    assert (tmp_path / "runs/d/model.keras").is_file()


def test_an_interrupted_convolutional_run_resumes_exactly_on_jax(tmp_path):
    test = "tests/training/test_run.py::test_an_interrupted_convolutional_run_does_too"
    # No time to compile what an earlier part of the test compiled.
    kept = {
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "KERAS_BACKEND": "jax", **QUICK_JAX, **kept}, check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script, command", [
    ("/here/train.py", "python train.py"), ("/bin/sparse-ternary-train", "sparse-ternary-train")
])
def test_an_interruption_says_how_to_go_on(tmp_path, monkeypatch, script, command):
    def interrupted(*_):
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "config.yaml").touch()
        sys.argv = [script]
        raise KeyboardInterrupt

    monkeypatch.setattr("training.command._run", interrupted)
    done = train("--data", "digits", "--name", "d", "--runs", tmp_path, cwd=tmp_path)
    assert done.returncode == 130
    assert f"continue with: {command} --resume --name d --runs {tmp_path}" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["--data", "nothing.npz", "--hidden", "8"], "nothing.npz"),
    (["--data", "digits", "--hidden", "8,x"], "`hidden` must hold integers >= 1"),
    (["--data", "digits", "--sparsity", "1.5"], "`sparsity`"),
    (["--data", "digits", "--model", "none.keras"], "no model file at"),
    (["--data", "digits", "--set", "window"], "`--set` must be VALUE="),
    (["--thermometer", "0", "--set", "train_thresholds=true"], "needs a `thermometer`"),
    (["--resume", "--name", "none"], "no run folder"),
    (["--resume", "--name", "none", "--sparsity", "0.1", "--set", "l2=0", "--seed", "0"],
     "leave out everything but its name. Received: --set, --sparsity, --seed"),
    (["--resume", "--data", "digits"], "digits is no run folder"),
])
def test_errors_are_one_line_and_leave_nothing(tmp_path, arguments, message):
    done = train(*arguments, cwd=tmp_path)
    assert done.returncode == 1 and message in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", ["../d", "runs/../../d", "/d", ".", ""])
def test_a_name_stays_inside_the_folder_of_runs(tmp_path, name):
    done = train("--data", "digits", "--name", name, *FAST, cwd=tmp_path)
    assert done.returncode == 2
    assert f"inside that of the runs, which `--runs` is. Received: {name!r}" in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_existing_run_is_refused_before_any_work(tmp_path):
    (tmp_path / "runs/d").mkdir(parents=True)
    (tmp_path / "runs/d/config.yaml").write_text("data: digits\n")
    done = train("--data", "digits", "--name", "d", cwd=tmp_path)
    assert done.returncode == 1 and "exists already" in done.stderr


@pytest.mark.parametrize(("l2", "told"), [(0.1, True), (1e-6, False)])
def test_a_layer_that_lost_its_weights_is_told(tmp_path, l2, told):
    words = ("--data", "digits", "--hidden", "32", "--sparsity", "0.5", "--stage1-epochs", "12",
             "--stage3-epochs", "0", "--learning-rate", "0.01", "--set", f"l2={l2}", "--quiet")
    done = train(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("warning: all weights of dense_2 are 0" in done.stderr) is told


def test_a_model_of_ones_own_is_made_sparse_and_teaches(tmp_path):
    data, dense = load("digits"), keras.layers.Dense
    mine = keras.Sequential([
        keras.Input((8, 8)), keras.layers.Flatten(), dense(24, "relu"), dense(10, "softmax"),
    ])
    mine.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    mine.fit(data.x_train, data.y_train, epochs=3, verbose=0)
    mine.save(tmp_path / "mine.keras")
    done = train("--data", "digits", "--model", "mine.keras", "--teach", "--stage1-epochs", "4",
                 "--stage3-epochs", "2", "--sparsity", "0.8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    config = (tmp_path / "runs/mine/config.yaml").read_text()
    assert config.count(str(tmp_path / "mine.keras")) == 2  # the model, and the teacher
    for words, message in [
        (["--hidden", "8"], "one of `--model` and `--hidden`"),
        (["--method", "binary"], "`method` must be l2, no-retraining, sparse with a `model`"),
    ]:
        done = train("--data", "digits", "--model", "mine.keras", *words, cwd=tmp_path)
        assert done.returncode == 1 and message in done.stderr
    done = train("--data", "digits", "--hidden", "8", "--teach", cwd=tmp_path)
    assert done.returncode == 1 and "`--teach` needs a `--model`" in done.stderr
