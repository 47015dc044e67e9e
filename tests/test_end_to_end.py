"""Real MNIST, a slice of it, from training to C-simulation through the two commands."""

import json

import numpy as np

from reports.command import main as convert
from tests.commands import in_process
from training.command import main as train
from training.data import load


def run(command, *arguments, cwd):
    done = in_process(command, *arguments, cwd=cwd)
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
    run(train, "--config", "mine.yaml", "--data", "slice.npz", "--name", "slice", cwd=tmp_path)
    out = run(convert, "slice", "--project-name", "mnist", cwd=tmp_path)
    assert "exact: 0 of 10,000 integer logits differ (Keras, integer network, C-simulation)" in out
    folder = tmp_path / "runs" / "slice"
    trained = json.loads((folder / "training.json").read_text())
    assert trained["sparsity"] >= 0.95 and trained["test_accuracy"] > 0.8
    assert (folder / "hls" / "firmware" / "mnist.cpp").is_file()


def test_a_convolutional_network_goes_from_words_to_verilog(tmp_path):
    run(train, "--data", "digits", "--hidden", "3c3,p2,12", "--sparsity", "0.4",
        "--stage1-epochs", "2", "--stage3-epochs", "1", "--set", "min_density={conv2d_1: 0.5}",
        "--set", "precision=mixed_bfloat16", "--name", "net", cwd=tmp_path)
    out = run(convert, "net", "--time-multiplex", "--samples", "130", cwd=tmp_path)
    assert "exact: 0 of 1,300 integer logits differ (Keras, integer network, C-simulation, " in out
    folder = tmp_path / "runs" / "net"
    report = json.loads((folder / "report" / "report.json").read_text())
    figures = {record["metric"]: record["value"] for record in report["resources"]}
    assert figures["ii"] == 64 and figures["buffer_bits"] > (2 * 8 + 3) * 4
    assert figures["rom_bits"] > 0
    assert "64 pixels make an image" in (folder / "rtl" / "README.md").read_text()
    assert "hls::stream" in (folder / "hls" / "firmware" / "net.cpp").read_text()
