"""A user's own model, held against the data that it is to be used with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qkeras_models.files.saved_model import load_model
from qkeras_models.networks.kernels import kernels
from qkeras_models.networks.presets import PRESETS
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
    for name, tensors, wanted in (
        ("inputs", model.inputs, data.shape),
        ("outputs", model.outputs, (data.outputs,)),
    ):
        received = [tuple(tensor.shape[1:]) for tensor in tensors]
        if received != [tuple(wanted)]:
            hint = _labels_hint(received[0], data.targets.labels) if name == "outputs" else ""
            raise ValueError(
                f"the {what} {path} must have {name} of shape {tuple(wanted)}, those of "
                f"{data.name}, which `--data` names. "
                f"Received: {' and '.join(map(str, received))}{hint}"
            )
    return model


def check_layers(model: keras.Model, config: Any, described: Callable[[], keras.Model]) -> None:
    """Raises ValueError if a configuration asks for other layers than a `model` has.

    A preset's own `hidden` and `width` ask for nothing: beside a model it is a recipe.

    Args:
        model: the user's.
        config: of a training that begins with it.
        described: makes the network of the configuration's `hidden` and `width`.
    """
    asked = _departures(config, ("hidden", "width"))
    if not asked:
        return
    own, wanted = (
        sorted(kernel.shape for kernel in kernels(network).values())
        for network in (model, described())
    )
    if own != wanted:
        raise ValueError(
            f"{' and '.join(f'`{name}`' for name in asked)} must be left out with a `model`, which "
            f"has layers of its own, of weights {own}. Received: "
            f"{', '.join(f'{name} {getattr(config, name)}' for name in asked)}, of weights {wanted}"
        )


def check_activations(config: Any) -> None:
    """Raises ValueError if what is asked for is what a quantized `model` has already."""
    for name in _departures(config, ("activation_bits", "first_layer_bits", "threshold", "window")):
        raise ValueError(
            f"`{name}` must be left out with a `model` of quantized layers, which has its "
            f"own. Received: {getattr(config, name)}"
        )


def _departures(config: Any, names: tuple[str, ...]) -> list[str]:
    """Those of the values that are neither the default nor the preset's."""
    recipe = PRESETS.get(config.preset, {})
    fields = type(config).model_fields
    return [n for n in names if getattr(config, n) != recipe.get(n, fields[n].default)]


def _labels_hint(received: tuple[int, ...], labels: tuple[int | str, ...] | None) -> str:
    """Why a network may not have more outputs than there are labels, if it has."""
    if labels is None or received[-1] <= len(labels):
        return ""
    return (
        f". The labels of y_train, {shown(labels)}, are one output each, in this order: one that "
        "no sample has would be hardware that learned nothing; make the model without it"
    )
