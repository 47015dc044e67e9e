"""Trained networks that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qkeras_models.files.run_folder import RunFolder

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).parents[1] / "pretrained"


def pretrained_names() -> list[str]:
    """Names of the networks that come with the package."""
    return sorted(path.parent.name for path in FOLDER.glob("*/model.keras"))


def pretrained_folder(name: str) -> Path:
    """Folder of model.keras, network.npz, config.yaml, training.json and history.csv.

    Raises:
        ValueError: if there is no such network, naming those that there are.
    """
    if name not in pretrained_names():
        raise ValueError(
            f"pretrained network must be one of {', '.join(pretrained_names())}. Received: {name!r}"
        )
    return FOLDER / name


def load_pretrained(name: str) -> keras.Model:
    """A trained Keras model, such as "mnist-small"."""
    from qkeras_models.files.saved_model import load_model

    return load_model(RunFolder(pretrained_folder(name)).model)
