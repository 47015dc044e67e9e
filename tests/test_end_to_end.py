"""Real MNIST, a slice of it, from training to C-simulation through the two commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from training.data import load

ROOT = Path(__file__).parents[1]


def run(script, *arguments, cwd):
    done = subprocess.run([sys.executable, str(ROOT / script), *arguments], cwd=cwd,
                          capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_slice_of_mnist_goes_through_everything(tmp_path):
    data = load("mnist")
    np.savez(tmp_path / "slice.npz", x_train=data.x_train[:6000], y_train=data.y_train[:6000],
             x_test=data.x_test[:1000], y_test=data.y_test[:1000])
    config = tmp_path / "mine.yaml"
    config.write_text("hidden: [64, 32]\nsparsity: 0.95\ninput_bits: 1\ninput_scale: 0.375\n"
                      "stage1_epochs: 6\nstage3_epochs: 3\nbatch_size: 128\n"
                      "augmentation: {shift: 0.5}\n")
    run("train.py", "--config", "mine.yaml", "--data", "slice.npz", "--name", "slice", cwd=tmp_path)
    out = run("convert.py", "slice", "--project-name", "mnist", cwd=tmp_path)
    assert "exact: 0 of 10,000 integer logits differ (Keras, integer network, C-simulation)" in out
    folder = tmp_path / "runs" / "slice"
    trained = json.loads((folder / "training.json").read_text())
    assert trained["sparsity"] >= 0.95 and trained["test_accuracy"] > 0.8
    assert (folder / "hls" / "firmware" / "mnist.cpp").is_file()
