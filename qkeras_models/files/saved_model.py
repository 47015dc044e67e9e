"""model.keras: saving trained models small, loading them in Keras's safe mode only."""

from __future__ import annotations

import re
import tempfile
import textwrap
import zipfile
from pathlib import Path
from typing import BinaryIO

import keras

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.model_file import check_model_file
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.kernels import kernel_quantizer

LONGEST_REASON = 300


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
    if path.suffix == ".npz":
        raise ValueError(
            f"{path} is no Keras model. If it is a network.npz, this makes one of it: "
            f"python -m hls_projects.to_keras {path} model.keras"
        )
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} cannot be loaded as a Keras model: no archive, or truncated")
    check_model_file(path)
    try:
        model = keras.models.load_model(path, compile=compile, safe_mode=True)
    except Exception as error:  # Keras, its backend and HDF5 raise whatever they stumbled on
        raise ValueError(f"{path} cannot be loaded as a Keras model: {_reason(error)}") from None
    if keras.backend.backend() == "tensorflow":
        # Compiling takes longer than all that these networks gain from it.
        model.jit_compile = False
    return model


def _reason(error: Exception) -> str:
    """What Keras stumbled on, in one line, without the configurations that it quotes."""
    innermost = str(error).split("Exception encountered: ")[-1]
    plain = re.split(r"\bFull (?:object )?config\b|\bconfig=", innermost)[0]
    text = " ".join(plain.split()) or type(error).__name__
    return textwrap.shorten(text, LONGEST_REASON, placeholder=" ...")


def float32_copy(model: keras.Model) -> keras.Model:
    """The same network computing in float32, where sums of integers are exact.

    Mixed precision is for training alone; this is what is evaluated, saved and converted.
    """
    mixed = any(layer.compute_dtype != "float32" for layer in model._flatten_layers())
    return copy_of(model, "float32" if mixed else None)


def copy_of(model: keras.Model, precision: str | None) -> keras.Model:
    """The same network with weights of its own, computing by a dtype policy; None: by its own."""

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        # bfloat16 would round weights of several bits before they are quantized.
        several_bits = kernel_quantizer(layer) and not hasattr(layer, "ternary_kernel")
        policy = "float32" if several_bits else precision
        return layer.__class__.from_config({**layer.get_config(), "dtype": policy})

    copied = keras.models.clone_model(model, clone_function=copy if precision else None)
    copied.set_weights(model.get_weights())
    copied.jit_compile = model.jit_compile
    return copied


def save_model(model: keras.Model, path: str | Path) -> None:
    """Saves what inference and conversion need, compressed and atomically.

    It computes in float32.  Left out are the optimizer, the threshold regularizers, which belong
    to training, and the shadow weights of masked weights, which can no longer matter.
    """
    path = Path(path)
    trained = float32_copy(model)
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
