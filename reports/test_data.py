"""Samples on which Keras and hardware are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hls_projects.integer_network import IntegerNetwork

RANDOM_SAMPLES = 10_000


@dataclass(frozen=True, eq=False)
class TestData:
    """Samples x (n, *shape) with labels y (n,), or without if they are random."""

    __test__ = False

    name: str
    x: np.ndarray
    y: np.ndarray | None
    note: str = ""


def test_data(
    network: IntegerNetwork, data: str | None, record: Path | None, samples: int | None
) -> TestData:
    """The test set of the data the model was trained on, or random inputs if it is unknown.

    Args:
        network: whose inputs they are.
        data: name or file of a data set; by default that of the record's config.yaml.
        record: folder of the training's config.yaml, if there is one.
        samples: how many at most; all by default.

    Raises:
        ValueError: if the data set's samples have another shape than the model's inputs.
    """
    from hls_projects.input_format import channels_hint
    from training.data import DownloadError

    if data is None and record is None:
        return _random(network, samples, "the model's data set is unknown; give it with --data")
    try:
        found = _load(data, record)
    except DownloadError as error:
        return _random(network, samples, f"the test set could not be had: {error}")
    if found.x.shape[1:] != network.input.shape:
        hint = channels_hint(found.x.shape[1:], network.input.shape)
        raise ValueError(
            f"samples of {found.name} must have the model's input shape {network.input.shape}. "
            f"Received: {found.x.shape[1:]}{hint}"
        )
    count = samples or len(found.x)
    return TestData(found.name, found.x[:count], found.y[:count])


test_data.__test__ = False  # no test, whatever pytest makes of its name


def _load(data: str | None, record: Path | None) -> TestData:
    from training.config import build_config, read_config
    from training.data import load
    from training.run import load_data

    if data is not None:
        dataset = load(data)
    else:
        dataset = load_data(build_config(read_config(record / "config.yaml")))
    return TestData(dataset.name, dataset.x_test, dataset.y_test)


def _random(network: IntegerNetwork, samples: int | None, note: str) -> TestData:
    """Uniform over every integer that an input can be, and both ends of its range."""
    rng = np.random.default_rng(0)
    form = network.input
    shape = (samples or RANDOM_SAMPLES, *form.shape)
    integers = rng.integers(form.lowest, form.highest + 1, shape)
    integers[:1], integers[1:2] = form.lowest, form.highest
    x = (integers * np.asarray(form.scale)).astype(np.float32)
    return TestData("random inputs", x, None, note)
