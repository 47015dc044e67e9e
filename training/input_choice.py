"""Whether a network of features takes their integers or thermometer codes, by a short trial."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qkeras_models.input_formats.format_search import format_loss
from qkeras_models.input_formats.thermometer_search import LEVELS, find_thermometer
from training.config import TrainingConfig
from training.console import report
from training.data import Dataset
from training.data.sets.image_set import ImageSet
from training.data.sets.known_sets import SETS
from training.run import load_data

# More are pixels, or so many comparators that they are no encoder any more.
MOST_FEATURES = 64
GIVEN = ("thermometer", "input_bits", "input_signed", "input_scale", "model")
# Of the trial.
SAMPLES = 20_000
WIDTH = 64
EPOCHS = 6
BATCH = 200


def with_chosen_inputs(config: TrainingConfig) -> TrainingConfig:
    """The configuration with the thermometer's levels, where nothing says what inputs are.

    Three float networks of one hidden layer are trained for some seconds: on the features as they
    are, on their integers, and on thermometer codes.  The codes are taken if their validation score
    is the higher one of the last two.  One line says so, and what the integers lose.

    Images, more than 64 features and users' own models are left alone.

    Args:
        config: to be completed.
    """
    images = isinstance(SETS.get(config.data), ImageSet)
    if images or any(getattr(config, name) is not None for name in GIVEN):
        return config
    data = load_data(config)
    constant = (data.x_train == data.x_train[0]).all()
    if len(data.shape) > 1 or data.shape[0] > MOST_FEATURES or constant:
        return config
    found = find_thermometer(data.x_train)
    integers, codes = data.format.quantize, found.codes
    plain, through, coded = (_score(data, encode) for encode in (np.asarray, integers, codes))
    levels = LEVELS if coded > through else 0
    text = data.targets.task.text
    taken = (
        f"thermometer codes are taken (thermometer={LEVELS}, of {found.format.bits} bits a feature)"
        if levels
        else "the integers are taken"
    )
    lost = format_loss(data.x_train, data.format)
    report(
        f"inputs: integers of {data.format.bits} bits lose {lost:.2%} of the features (1 - r²); a "
        f"small float network reaches {text(plain)} validation {data.targets.task.metric} without "
        f"them, {text(through)} with them, {text(coded)} with {found.levels} thresholds: {taken}"
    )
    return config.model_copy(update={"thermometer": levels})


def _score(data: Dataset, encode: Callable[[np.ndarray], np.ndarray]) -> float:
    """Validation score of a small float network."""
    import keras

    x = np.asarray(encode(data.x_train[:SAMPLES]), np.float32)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)

    keras.utils.set_random_seed(0)
    network = keras.Sequential([
        keras.Input(x.shape[1:]),
        keras.layers.Dense(WIDTH, activation="relu"),
        keras.layers.Dense(data.outputs),
    ])
    network.compile(keras.optimizers.Adam(3e-3), data.targets.task.keras_loss())
    y = data.targets.scaled(data.y_train[:SAMPLES])
    network.fit((x - mean) / deviation, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    held_out = (np.asarray(encode(data.x_validation), np.float32) - mean) / deviation
    outputs = network.predict(held_out, batch_size=1000, verbose=0)
    return data.targets.score(outputs, data.y_validation)
