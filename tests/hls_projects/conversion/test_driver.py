"""convert.py on models of one's own: their ends, their outputs, their labels."""

from __future__ import annotations

import json

import keras
import numpy as np
from click.testing import CliRunner
from qkeras import QActivation

from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.thermometer_input import ThermometerInput
from reports.command import main
from tests.hls_projects.keras_models import randomize

layers = keras.layers


def save(path, units, *tail):
    model = randomize(keras.Sequential([
        keras.Input((6,)), InputQuantizer(bits=3, scale=1 / 8), SparseTernaryDense(8),
        layers.BatchNormalization(), QActivation("quantized_relu(2,2)"),
        SparseTernaryDense(units, name="sums"), IntegerHead(name="head"), *tail,
    ]))
    model.save(path)
    return model


def labelled(path, model, labels):
    x = np.random.default_rng(0).random((60, 6)).astype(np.float32)
    y = labels(model.predict(x, verbose=0))
    np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)


def convert(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_softmax_is_left_out_and_the_argmax_is_in_hardware(tmp_path):
    model = save(tmp_path / "mine.keras", 4, layers.Softmax(name="soft"))
    labelled(tmp_path / "mine.npz", model, lambda outputs: outputs.argmax(-1))
    arguments = [tmp_path / "mine.keras", "--data", tmp_path / "mine.npz"]
    done = convert(*arguments, "--argmax", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "(Keras, integer network, argmax in C-simulation)" in done.output
    assert "leaves out 'soft' (Softmax) and outputs the index of the largest logit" in done.output
    assert "accuracy: 100.00%" in done.output
    readme = (tmp_path / "out" / "hls" / "README.md").read_text()
    assert "on every sample the index of the largest integer logit" in readme
    page = (tmp_path / "out" / "report" / "report.md").read_text()
    assert "Note: hardware leaves out 'soft'" in page
    plain = convert(*arguments, "--no-csim", "--output", tmp_path / "plain")
    assert plain.exit_code == 0 and "the largest logit stays the largest" in plain.output


def test_argmax_is_not_of_the_verilog(tmp_path):
    save(tmp_path / "mine.keras", 4)
    done = convert(tmp_path / "mine.keras", "--argmax", "--rtl", "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "`--argmax` is of the HLS project alone" in done.output
    assert not (tmp_path / "out").exists()


def test_one_logit_is_converted_simulated_and_judged_by_its_side(tmp_path):
    model = save(tmp_path / "binary.keras", 1, layers.Activation("sigmoid"))
    labelled(tmp_path / "binary.npz", model, lambda outputs: (outputs[:, 0] > 0.5).astype(np.int64))
    done = convert(tmp_path / "binary.keras", "--data", tmp_path / "binary.npz", "--rtl",
                   "--generic-rtl", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "exact: 0 of 60 integer logits differ" in done.output
    assert "accuracy: 100.00%" in done.output and "0.5 is logit 0" in done.output
    readme = (tmp_path / "out" / "rtl" / "generic" / "README.md").read_text()
    assert "The class is whether the logit is above 0." in readme
    document = json.loads((tmp_path / "out" / "report" / "report.json").read_text())
    assert document["exactness"]["executions"][-1] == "RTL simulation"


def test_damage_is_named_in_one_line(tmp_path):
    save(tmp_path / "mine.keras", 4, layers.Dense(3, name="last"))
    done = convert(tmp_path / "mine.keras", "--no-csim", "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "error: layer 'last' (Dense) cannot follow 'head' (IntegerHead)" in done.output


def test_thresholds_of_features_far_from_zero_without_a_quantizer(tmp_path):
    thresholds = [[950.0, 975.5, 1000.0, 1050.25]]
    model = randomize(keras.Sequential([
        keras.Input((1,)), ThermometerInput(thresholds), SparseTernaryDense(8),
        layers.BatchNormalization(), QActivation("quantized_relu(2,2)"),
        SparseTernaryDense(3), IntegerHead(),
    ]))
    model.save(tmp_path / "far.keras")
    x = np.random.default_rng(0).normal(1000, 50, (300, 1)).astype(np.float32)
    y = np.arange(300) % 3
    np.savez(tmp_path / "far.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    done = convert(tmp_path / "far.keras", "--data", tmp_path / "far.npz", "--input-bits", 12,
                   "--output", tmp_path / "out", "--no-csim")
    assert done.exit_code == 0, done.output
    assert "Keras: proved for" in done.output and "exact: 0 of 900" in done.output
