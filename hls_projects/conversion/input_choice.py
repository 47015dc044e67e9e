"""The input format of a model that has no InputQuantizer: given, or found from data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hls_projects.conversion.options import ConversionOptions

if TYPE_CHECKING:
    from qkeras_models.input_formats.fixed_point import FixedPoint

BITS = 8


def choose_input_format(
    model: Any, options: ConversionOptions, record: Path | None
) -> FixedPoint | None:
    """How the inputs of a Keras model become integers; None if the model says it itself.

    Args:
        model: a Keras model.
        options: whose input_bits, input_scale and input_unsigned are taken, or whose data.
        record: folder of the training's config.yaml, if there is one.

    Raises:
        ValueError: for options that the model, or the data, has no use for; or where nothing says
            what the inputs are.
    """
    from hls_projects.from_keras.keras_graph import keras_graph
    from qkeras_models.input_formats.fixed_point import FixedPoint
    from qkeras_models.input_formats.format_search import find_format, without_unused_bits

    name = keras_graph(model).quantizer_name
    if name is not None:
        options.refuse_input_format(f"a model with {name!r}")
        return None
    bits = options.input_bits or BITS
    signed = False if options.input_unsigned else None
    x = _training_data(options, record)
    if x is not None:
        found = find_format(x, bits, signed=signed, scale=options.input_scale, per_feature=False)
        found = replace(found, signed=found.signed and not options.input_unsigned)
        return found if options.input_bits else without_unused_bits(x, found)
    if options.input_scale is None:
        raise ValueError(
            f"the inputs of '{model.name}' were never quantized: give `--input-bits` and "
            "`--input-scale`, or `--data` to find them from, or train with an InputQuantizer. "
            "Received: none of them"
        )
    return FixedPoint(bits, signed is None, options.input_scale)


def _training_data(options: ConversionOptions, record: Path | None) -> Any:
    """x of the training set, None if no data set is known."""
    from qkeras_models.files.config_file import read_config
    from training.config import build_config
    from training.data import load
    from training.run import load_data

    if options.data is not None:
        return load(options.data).x_train
    if record is not None and (record / "config.yaml").is_file():
        return load_data(build_config(read_config(record / "config.yaml")), None).x_train
    return None
