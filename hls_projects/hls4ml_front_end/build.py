"""From an integer network, or the Keras model it comes from, to an hls4ml project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hls_projects.hls4ml_front_end.checks import (
    check_backend,
    check_io_type,
    check_project_name,
    check_strategy,
)
from hls_projects.hls4ml_front_end.layer_list import project_entries, quantizer_names
from hls_projects.kinds import Role
from hls_projects.network.integer_network import IntegerNetwork

if TYPE_CHECKING:
    import keras
    from hls4ml.model import ModelGraph

    from qkeras_models.input_formats.fixed_point import FixedPoint


def build_hls_model(
    model: keras.Model | IntegerNetwork,
    output_dir: str | Path,
    *,
    backend: str = "Vitis",
    strategy: str = "Latency",
    clock_period: float = 5.0,
    part: str | None = None,
    project_name: str = "sparse_ternary",
    quantized_inputs: bool = True,
    io_type: str | None = None,
    argmax: bool = False,
    input_format: FixedPoint | Sequence[FixedPoint] | None = None,
) -> ModelGraph:
    """The hls4ml model of a sparse ternary network; ``.write()`` writes its project.

    Args:
        model: a trained Keras model or its integer network.
        output_dir: folder of the project.
        backend: Vitis or Vivado.
        strategy: 'Latency', one balanced tree of adders for each neuron, or
            'distributed_arithmetic', da4ml's adder graphs: smaller, much slower to convert.
        clock_period: in ns, > 0.
        part: FPGA part, the backend's default if None.
        project_name: name of the top function, a C++ identifier.
        quantized_inputs: inputs are the integers x_int (ap_uint<1> pixels …) if true; if false
            fixed-point numbers that hardware quantizes, as hls4ml's own converter does.
        io_type: 'io_parallel', all values of a sample at once, or 'io_stream', pixel after pixel;
            None takes streams if the network holds a convolution.
        input_format: how inputs become integers, of a Keras model without an InputQuantizer.
        argmax: the output is the index of the largest logit, the lowest of equal ones, in place
            of the logits.

    Raises:
        ValueError: for an argument out of range, or a model that cannot be converted.

    Example:
        >>> build_hls_model(network, "hls", project_name="mnist").write()
    """
    check_project_name(project_name)
    check_backend(backend)
    check_strategy(strategy)
    if not clock_period > 0:
        raise ValueError(f"`clock_period` must be > 0 ns. Received: {clock_period!r}")
    network, names = _network_and_names(model, input_format)
    io_type = io_type or default_io_type(network)
    check_io_type(io_type)
    config = _config(output_dir, project_name, backend, clock_period, part, io_type)
    config["HLSConfig"] = {
        "Model": {"Precision": "fixed<16,6>", "ReuseFactor": 1, "Strategy": strategy},
        "LayerName": _types_of_copies(network, names or network.layer_names),
    }
    from hls4ml.model import ModelGraph

    quantizers = [] if quantized_inputs else quantizer_names(network)
    project = project_entries(network, names, quantizers=quantizers, argmax=argmax)
    return ModelGraph.from_layer_list(config, project.entries, project.inputs, project.outputs)


def _types_of_copies(network: IntegerNetwork, names: Sequence[str]) -> dict[str, Any]:
    """What hls4ml makes of a reshaped stream that it copies: of the default type, unless told."""
    from hls_projects.hls4ml_front_end.precision import integer_precision

    return {
        f"repack_{name}": {"Precision": {"result": str(integer_precision(low.min(), high.max()))}}
        for name, layer, (low, high) in zip(names, network.layers, network.ranges(), strict=False)
        if layer.role is Role.SHAPE
    }


def default_io_type(network: IntegerNetwork) -> str:
    """io_stream for convolutions, which all at once would take a copy for each position."""
    convolutional = any(layer.windows is not None for layer in network.weight_layers)
    return "io_stream" if convolutional else "io_parallel"


def _network_and_names(
    model: Any, input_format: FixedPoint | Sequence[FixedPoint] | None
) -> tuple[IntegerNetwork, Sequence[str] | None]:
    if isinstance(model, IntegerNetwork):
        return model, None
    from hls_projects.from_keras.converter import convert

    found = convert(model, input_format)
    return IntegerNetwork(*found.parts), found.names


def _config(
    output_dir: str | Path,
    project_name: str,
    backend: str,
    clock_period: float,
    part: str | None,
    io_type: str,
) -> dict[str, Any]:
    from hls4ml.utils.config import create_config

    return create_config(
        output_dir=str(output_dir),
        project_name=project_name,
        backend=backend,
        clock_period=clock_period,
        part=part,
        io_type=io_type,
    )
