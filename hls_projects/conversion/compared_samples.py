"""Samples on which Keras and hardware are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hls_projects.conversion.compiled_task import compiled_task
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.networks.image_shape import with_one_channel
from training.data.targets.target_search import AUTO
from training.data.targets.targets import Targets
from training.data.targets.task import Task

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from training.data import Dataset

RANDOM_SAMPLES = 10_000


@dataclass(frozen=True, eq=False)
class TestData:
    """Samples x (n, *shape) with y as `targets` encode it, or without if they are random.

    `class_names` are those of classes that `targets` only have numbers for, if they have any.
    """

    __test__ = False

    name: str
    x: np.ndarray
    y: np.ndarray | None
    note: str = ""
    targets: Targets | None = None
    class_names: tuple[str, ...] | None = None


def test_data(
    network: IntegerNetwork,
    data: str | None,
    record: Path | None,
    samples: int | None,
    model: Path | None = None,
) -> TestData:
    """The test set of the data the model was trained on, or random inputs if it is unknown.

    Args:
        network: whose inputs they are.
        data: name or file of a data set; by default that of the record's config.yaml.
        record: folder of the training's config.yaml and training.json, if there is one.
        samples: how many at most; all by default.
        model: the .keras file of a network without a record, whose loss tells what y are.

    Raises:
        ValueError: if the data set's samples have another shape than the model's inputs.
    """
    from hls_projects.network.input_format import channels_hint
    from training.data import DownloadError

    if data is None and record is None:
        return _random(network, samples, "the model's data set is unknown; give it with --data")
    try:
        found, note = _load(data, record, network.classes, model)
    except DownloadError as error:
        return _random(network, samples, f"the test set could not be had: {error}")
    x_test = with_one_channel(found.x_test, network.input.shape)
    if x_test.shape[1:] != network.input.shape:
        hint = channels_hint(found.shape, network.input.shape)
        raise ValueError(
            f"samples of {found.name} must have the model's input shape {network.input.shape}. "
            f"Received: {found.shape}{hint}"
        )
    if model is None and record is None and found.targets.task is Task.REGRESSION:
        note = "no score: an integer network does not hold the scale of its numbers"
    count = samples or len(found.x_test)
    x, y = x_test[:count], found.y_test[:count]
    if note:
        return TestData(found.name, x, None, note)
    return TestData(found.name, x, y, targets=found.targets, class_names=found.class_names)


test_data.__test__ = False  # no test, whatever pytest makes of its name


def _load(
    data: str | None, record: Path | None, outputs: int, model: Path | None
) -> tuple[Dataset, str]:
    """The data, and why a network's outputs cannot be compared with their y, if so."""
    from qkeras_models.files.config_file import read_config
    from training.config import build_config
    from training.data import load
    from training.run import load_data

    targets = None if record is None else _trained_targets(record, outputs)
    if data is None:
        return load_data(build_config(read_config(RunFolder(record).config)), targets), ""
    if targets is not None:
        return load(data, targets=targets), ""
    task = None if model is None else compiled_task(model)
    # A loss may be used on y of another kind, such as squared error on one-hot classes.
    for loss in (*([task.value] if task else []), AUTO):
        try:
            return load(data, loss=loss, outputs=outputs), ""
        except ValueError as error:
            reason = str(error)
    return load(data), f"no score: {reason}"


def _trained_targets(record: Path, outputs: int) -> Targets | None:
    """What a training recorded of its targets; None if it did not come to its end."""
    from training.recording.run_result import read_result

    if not RunFolder(record).result.is_file():
        return None
    result = read_result(record)
    return Targets.of_record(result.metric, outputs, result.targets)


def _random(network: IntegerNetwork, samples: int | None, note: str) -> TestData:
    """Uniform over every integer that an input can be, and both ends of its range."""
    rng = np.random.default_rng(0)
    form = network.input
    lowest, highest = form.bounds()
    shape = (samples or RANDOM_SAMPLES, *form.shape)
    integers = rng.integers(lowest, highest + 1, shape)
    integers[:1], integers[1:2] = lowest, highest
    x = (integers * np.asarray(form.scale)).astype(np.float32)
    return TestData("random inputs", x, None, f"samples are random: {note}")
