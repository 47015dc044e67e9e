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
