import keras
import pytest

from hls_projects.conversion.compiled_task import compiled_task
from training.data.targets.task import Task

LOSSES = keras.losses


@pytest.mark.parametrize(
    ("loss", "task"),
    [
        ("sparse_categorical_crossentropy", Task.CLASSES),
        (LOSSES.SparseCategoricalCrossentropy(from_logits=True), Task.CLASSES),
        (LOSSES.CategoricalHinge(), Task.CLASSES),
        ("binary_crossentropy", Task.BINARY),
        (LOSSES.BinaryFocalCrossentropy(), Task.BINARY),
        (LOSSES.binary_crossentropy, Task.BINARY),
        ("mse", Task.REGRESSION),
        (LOSSES.MeanSquaredError(), Task.REGRESSION),
        (LOSSES.mean_absolute_error, Task.REGRESSION),
        (LOSSES.Huber(), Task.REGRESSION),
        ([LOSSES.LogCosh()], Task.REGRESSION),
        ({"head": "mae"}, Task.REGRESSION),
        (LOSSES.Poisson(), None),
        (None, None),
    ],
)
def test_a_saved_loss_tells_the_task(tmp_path, loss, task):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1, name="head")(inputs))
    model.compile("adam", loss)
    model.save(tmp_path / "own.keras")
    assert compiled_task(tmp_path / "own.keras") is task


def test_a_model_that_was_never_compiled_tells_none(tmp_path):
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Dense(1)(inputs)).save(tmp_path / "own.keras")
    assert compiled_task(tmp_path / "own.keras") is None
