"""How well a converted network does on test data, and what its outputs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reports.network.report import Accuracy
from training.data.targets.task import Task
from training.data.targets.working_point import WorkingPoint, working_point

if TYPE_CHECKING:
    from hls_projects.conversion.compared_samples import TestData
    from hls_projects.network.integer_network import IntegerNetwork


def accuracy(
    network: IntegerNetwork, model: Any, data: TestData, outputs: np.ndarray | None = None
) -> Accuracy | None:
    """The score of hardware's integers by the metric of the network's task.

    Args:
        network: the integer network.
        model: the Keras model, which knows the scale of numbers; None if there is none.
        data: test data; without y there is no score.
        outputs: of the network on them, if they are known; computed otherwise.
    """
    if data.y is None or (data.targets.task is Task.REGRESSION and model is None):
        return None
    if outputs is None:
        outputs = network.predict(data.x)
    if model is not None:
        outputs = _output_scale(network, model) * outputs
    return Accuracy(
        data.targets.score(outputs, data.y),
        f"{data.name} test set",
        len(data.y),
        data.targets.task.metric,
        data.targets.rmse(outputs, data.y),
    )


def raw_score_note(found: Accuracy | None, model: Any, data: TestData) -> str:
    """The score that Keras has on inputs that nothing quantizes, beside that of hardware.

    Empty where the model quantizes its inputs itself, or there is no score.

    Args:
        found: hardware's score.
        model, data: as for `accuracy`.
    """
    from hls_projects.from_keras.reference.keras_trace import raw_outputs

    floats = None if found is None or model is None else raw_outputs(model, data.x)
    if floats is None:
        return ""
    raw = Accuracy(
        data.targets.score(floats, data.y),
        found.dataset,
        found.samples,
        found.metric,
        data.targets.rmse(floats, data.y),
    )
    return (
        f"{found.metric} of Keras on the inputs as they are: {raw.text}; of hardware, which "
        f"quantizes them: {found.text}"
    )


def _output_scale(network: IntegerNetwork, model: Any) -> float:
    """What one step of the integer outputs stands for."""
    from training.float_outputs import output_scale

    return network.provenance.get("output_step") or output_scale(model)


def output_meanings(
    network: IntegerNetwork, model: Any, data: TestData, outputs: np.ndarray | None = None
) -> list[str]:
    """What each output of hardware means; none where output c is class c, or nothing tells.

    Args:
        network, model, data, outputs: as for `accuracy`.
    """
    if data.targets is None or (data.targets.task is Task.REGRESSION and model is None):
        return []
    meanings = data.targets.meanings(1.0 if model is None else _output_scale(network, model))
    if data.targets.task is not Task.BINARY or data.y is None:
        return meanings
    if outputs is None:
        outputs = network.predict(data.x)
    points = _working_points(outputs, data.y)
    return [
        meaning if point is None else f"{meaning}; {point}"
        for meaning, point in zip(meanings, points, strict=True)
    ]


def _working_points(outputs: np.ndarray, y: np.ndarray) -> list[WorkingPoint | None]:
    """Of each question, what passes at a fixed share of its background."""
    return [working_point(*pair) for pair in zip(outputs.T, y.T, strict=True)]
