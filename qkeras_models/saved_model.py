"""Loading model.keras, in Keras's safe mode only."""

from __future__ import annotations

import zipfile
from importlib import import_module
from pathlib import Path

import keras

# Keras finds a class by its registered name once its module has been imported.
MODULES = (
    "qkeras",
    "qkeras_models.input_quantizer",
    "qkeras_models.integer_head",
    "qkeras_models.sparse_ternary_dense",
    "qkeras_models.unit_range",
)


def load_model(path: str | Path, *, compile: bool = False) -> keras.Model:
    """A model with this package's layers, from a ``.keras`` file.

    Args:
        path: the file.
        compile: whether optimizer and loss are restored too.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, or holds something that safe mode refuses.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no model file at {path}")
    for module in MODULES:
        import_module(module)
    try:
        model = keras.models.load_model(path, compile=compile, safe_mode=True)
    except (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be loaded as a Keras model: {error}") from error
    if keras.backend.backend() == "tensorflow":
        # Compiling takes longer than all that these networks gain from it.
        model.jit_compile = False
    return model
