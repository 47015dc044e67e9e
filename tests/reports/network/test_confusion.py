"""The confusion matrix of outputs whose classes can be told by eye."""

from dataclasses import replace

import numpy as np

from hls_projects.conversion.compared_samples import TestData
from reports.network.breakdown.confusion import confusion, confusion_table
from training.data.sets.cifar10 import CIFAR10
from training.data.targets.targets import Targets
from training.data.targets.task import Task

X = np.zeros((5, 2), np.float32)


def data(y, *targets):
    return TestData("mine", X, np.array(y), targets=Targets(*targets))


def test_rows_are_true_classes_and_columns_predicted_ones():
    outputs = np.array([[9, 1, 0], [0, 5, 5], [0, 1, 7], [3, 2, 1], [0, 0, 2]])
    found = confusion(outputs, data([0, 1, 1, 2, 2], Task.CLASSES, 3, ("g", "q", "w")))
    # Of equal outputs the first counts, as in hardware.
    assert found["counts"] == [[1, 0, 0], [0, 1, 1], [1, 0, 1]]
    assert found["classes"] == ["g", "q", "w"] and found["source"] == "measured"
    text = confusion_table(found, "5 samples").to_markdown()
    assert "| g | 1 | 0 | 0 | 100.00% |\n| q | 0 | 1 | 1 | 50.00% |\n" in text


def test_one_output_tells_two_classes_apart():
    outputs = np.array([[3], [0], [-1], [2], [1]])
    y = np.array([1, 1, 0, 0, 1], np.float32)[:, None]
    found = confusion(outputs, data(y, Task.BINARY, 1, ("no", "yes")))
    assert found["counts"] == [[1, 1], [1, 2]] and found["classes"] == ["no", "yes"]


def test_classes_that_are_numbers_in_the_data_have_their_names():
    known = replace(data([0, 1, 1, 0, 0], Task.CLASSES, 2, (0, 1)), class_names=("cat", "dog"))
    assert confusion(np.eye(2)[[0, 1, 0, 1, 0]], known)["classes"] == ["cat", "dog"]
    other = replace(known, targets=Targets(Task.CLASSES, 2, (3, 5)))
    assert confusion(np.eye(2)[[0, 1, 0, 1, 0]], other)["classes"] == ["3", "5"]
    assert len(CIFAR10.class_names) == 10 and CIFAR10.class_names[3] == "cat"


def test_a_class_without_samples_has_no_share():
    found = confusion(np.eye(2)[[0, 0]], data([0, 0], Task.CLASSES, 2, (0, 1)))
    assert confusion_table(found, "2 samples").texts()[1] == ["1", "0", "0", "n/a"]


def test_numbers_questions_and_random_samples_have_none():
    outputs = np.zeros((5, 2))
    assert confusion(outputs, data(outputs, Task.REGRESSION, 2, None, (0, 0), (1, 1))) is None
    assert confusion(outputs, data(outputs, Task.BINARY, 2)) is None
    assert confusion(outputs, TestData("random", X, None)) is None
