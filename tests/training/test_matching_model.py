"""A user's model whose outputs are not those of the data is refused, and the error says why."""

import keras
import numpy as np
import pytest

from training.data import load
from training.matching_model import load_matching


@pytest.mark.parametrize(("outputs", "hint"), [
    (11, r"Received: \(11,\)\. The labels of y_train, 1, 2, .*10, are one output each"),
    (9, r"Received: \(9,\)$"),
])
def test_outputs_that_no_label_has_are_explained(tmp_path, outputs, hint):
    x, y = np.random.default_rng(0).random((40, 3)), np.arange(40) % 10 + 1
    np.savez(tmp_path / "my.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    path = tmp_path / "mine.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(outputs)]).save(path)
    with pytest.raises(ValueError, match=hint):
        load_matching(path, "model", load(tmp_path / "my.npz"))


def test_a_model_of_two_inputs_or_outputs_is_refused(tmp_path):
    x, y = np.random.default_rng(0).random((40, 3)), np.arange(40) % 2
    np.savez(tmp_path / "my.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    data = load(tmp_path / "my.npz")
    first, second = keras.Input(data.shape), keras.Input((4,))
    two_inputs = keras.layers.Dense(data.outputs)(keras.layers.Concatenate()([first, second]))
    two_outputs = [keras.layers.Dense(data.outputs)(first) for _ in range(2)]
    path = tmp_path / "two.keras"
    for inputs, outputs, message in (
        ([first, second], two_inputs, r"inputs .*Received: \(3,\) and \(4,\)$"),
        (first, two_outputs, r"outputs .*Received: \((1|2),\) and \((1|2),\)$"),
    ):
        keras.Model(inputs, outputs).save(path)
        with pytest.raises(ValueError, match=message):
            load_matching(path, "teacher", data)
