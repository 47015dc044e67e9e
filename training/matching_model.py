"""A user's own model, held against the data that it is to be used with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qkeras_models.files.saved_model import load_model
from training.data.targets.labels import shown

if TYPE_CHECKING:
    import keras

    from training.data import Dataset


def load_matching(path: str | Path, what: str, data: Dataset) -> keras.Model:
    """The model of a file, whose inputs and outputs are those of a data set.

    Args:
        path: a .keras file.
        what: it is, for messages.
        data: the data set.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, or made for other samples or outputs.
    """
    model = load_model(path)
    for name, received, wanted in (
        ("inputs", model.inputs[0].shape[1:], data.shape),
        ("outputs", model.outputs[0].shape[1:], (data.outputs,)),
    ):
        if tuple(received) != tuple(wanted):
            raise ValueError(
                f"the {what} {path} must have {name} of shape {tuple(wanted)}, those of "
                f"{data.name}, which `--data` names. Received: {tuple(received)}"
                f"{_labels_hint(received, data.targets.labels) if name == 'outputs' else ''}"
            )
    return model


def _labels_hint(received: tuple[int, ...], labels: tuple[int | str, ...] | None) -> str:
    """Why a network may not have more outputs than there are labels, if it has."""
    if labels is None or received[-1] <= len(labels):
        return ""
    return (
        f". The labels of y_train, {shown(labels)}, are one output each, in this order: one that "
        "no sample has would be hardware that learned nothing; make the model without it"
    )
