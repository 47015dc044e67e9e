"""What stands in the report's folder, and how an image is drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from matplotlib.image import imread

from hls_projects.proof import Counterexample, Difference
from hls_projects.proof.counterexample.record import DOTS, picture, write_counterexamples
from qkeras_models.files.run_folder import RunFolder

IMAGE = np.array([[0, 3, -1], [1, 0, 0]], np.int32)
FOUND = Counterexample(
    Difference("dense_1", 2, 0, "q[2]", IMAGE.reshape(-1), 1, 0, IMAGE.reshape(-1)),
    IMAGE[None], np.array([[1, 2]]), np.array([[1, 3]]))


def test_the_place_the_input_and_the_logits_are_written(tmp_path):
    run = RunFolder(tmp_path)
    (record,) = write_counterexamples({"xilinx": FOUND}, run)
    assert json.loads(run.counterexample.read_text()) == [record]
    assert (record["layer"], record["neuron"], record["bit"]) == ("dense_1", 2, 0)
    assert record["input"] == IMAGE.tolist() and record["picture"] == [".#-", "#.."]
    assert record["logits"] == {"network": [1, 2], "evaluated": [1, 3], "simulated": None}
    drawn = imread(run.report / record["image"])[..., 0]
    assert drawn.shape == (2 * DOTS, 3 * DOTS)
    np.testing.assert_allclose(drawn[::DOTS, ::DOTS], (IMAGE + 1) / 4, atol=0.01)


def test_files_of_an_earlier_conversion_go(tmp_path):
    run = RunFolder(tmp_path)
    write_counterexamples({"xilinx": FOUND, "ecp5": FOUND}, run)
    assert len(list(run.report.iterdir())) == 3
    assert write_counterexamples({}, run) == []
    assert list(run.report.iterdir()) == []


def test_features_are_not_drawn(tmp_path):
    found = replace(FOUND, inputs=IMAGE.reshape(1, -1))
    (record,) = write_counterexamples({"xilinx": found}, RunFolder(tmp_path))
    assert record["image"] is None and record["picture"] == []


def test_of_colours_the_farthest_from_0_is_drawn_and_wide_images_are_not():
    colours = np.zeros((1, 3, 3), int)
    colours[0, 1], colours[0, 2] = (1, -2, 0), (0, 1, 0)
    assert picture(colours) == [".-#"]
    assert picture(np.zeros((2, 33), int)) == []
