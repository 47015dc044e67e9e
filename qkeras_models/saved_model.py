"""model.keras: saving trained models small, loading them in Keras's safe mode only."""

from __future__ import annotations

import tempfile
import zipfile
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import keras

from qkeras_models.atomic_write import write_atomically
from qkeras_models.model_file import check_model_file
from qkeras_models.sparse_ternary_layer import sparse_ternary_layers

# Keras finds a class by its registered name once its module has been imported.
MODULES = (
    "qkeras",
    "qkeras_models.input_quantizer",
    "qkeras_models.integer_head",
    "qkeras_models.magnitude_pruned",
    "qkeras_models.sparse_ternary_dense",
    "qkeras_models.ternary_dense",
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
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} cannot be loaded as a Keras model: no archive, or truncated")
    check_model_file(path)
    for module in MODULES:
        import_module(module)
    try:
        model = keras.models.load_model(path, compile=compile, safe_mode=True)
    except Exception as error:  # Keras, its backend and HDF5 raise whatever they stumbled on
        raise ValueError(f"{path} cannot be loaded as a Keras model: {error}") from error
    if keras.backend.backend() == "tensorflow":
        # Compiling takes longer than all that these networks gain from it.
        model.jit_compile = False
    return model


def save_model(model: keras.Model, path: str | Path) -> None:
    """Saves what inference and conversion need, compressed and atomically.

    Left out are the optimizer, the threshold regularizers, which belong to training, and the
    shadow weights of masked weights, which can no longer matter.
    """
    path = Path(path)
    trained = keras.models.clone_model(model)
    trained.set_weights(model.get_weights())
    for layer in sparse_ternary_layers(trained):
        layer.threshold_regularizer = None
        layer.kernel.assign(layer.kernel * layer.mask)
    with tempfile.TemporaryDirectory() as folder:
        trained.save(Path(folder, "model.keras"))
        with zipfile.ZipFile(Path(folder, "model.keras")) as source:
            write_atomically(path, lambda file: _compress(source, file))


def _compress(source: zipfile.ZipFile, file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
