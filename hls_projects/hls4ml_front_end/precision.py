"""Types that hold every reachable value: as narrow as exactness allows, whatever was configured."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from hls4ml.model.layers import Activation, Input, Reshape
from hls4ml.model.types import FixedPrecisionType, IntegerPrecisionType

from hls_projects.network.input_format import InputFormat


def integer_precision(lowest: int, highest: int) -> IntegerPrecisionType:
    """The narrowest ap_int or ap_uint that holds lowest … highest."""
    lowest, highest = int(lowest), int(highest)
    if lowest >= 0:
        return IntegerPrecisionType(max(1, highest.bit_length()), signed=False)
    magnitude = max(~lowest, highest, 0)
    return IntegerPrecisionType(magnitude.bit_length() + 1, signed=True)


def input_precision(format: InputFormat) -> FixedPrecisionType:
    """The narrowest fixed-point type from which x_int of every float x can still be found.

    Its step divides every scale, it truncates towards −∞ and saturates beyond
    lowest · scale … highest · scale, so floor(x / scale) and the clip that follows give the same
    integer for x in this type as for x itself.
    """
    scales = np.atleast_1d(np.asarray(format.scale, np.float64))
    fraction = max(_fraction_bits(scale) for scale in scales)
    step = int(np.ldexp(scales.max(), fraction))
    width = integer_precision(step * format.lowest, step * format.highest).width
    return FixedPrecisionType(width, width - fraction, format.signed, "TRN", "SAT")


def _fraction_bits(scale: float) -> int:
    """The smallest n for which scale · 2^n is an integer; negative for even integers."""
    numerator, denominator = float(scale).as_integer_ratio()
    trailing_zeros = (numerator & -numerator).bit_length() - 1
    return denominator.bit_length() - 1 - trailing_zeros


def exact_precision(node: Any, precision: Any) -> Any:
    """The exact type of a node's output, with a warning if another was configured for it."""
    configured = _configured(node)
    if configured is not None and configured != precision:
        warnings.warn(
            f"Precision {configured} configured for layer '{node.name}' is not used: "
            f"{precision} holds exactly the values that the layer can have.",
            UserWarning,
            stacklevel=2,
        )
    return precision


def _configured(node: Any) -> Any:
    """The precision that the user chose for this layer or its class, None if none was."""
    config = node.model.config
    chosen = (
        table.get(f"{name.lower()}_{variable}")
        for table, name in (
            (config.layer_name_precision, node.name),
            (config.layer_type_precision, node.class_name),
        )
        for variable in ("result", "default")
    )
    precision = next(filter(None, chosen), "auto")
    return None if precision == "auto" else config.backend.convert_precision_string(precision)


def set_source_precision(node: Any, precision: Any, name: str | None = None) -> None:
    """Gives the model's input the exact type if it feeds this node, reshaped or not.

    Args:
        name: of the node's input; by default its first one.
    """
    source = node.get_input_node(name)
    while isinstance(source, (Reshape, Input)) or _is_linear(source):
        source.get_output_variable().type.precision = exact_precision(source, precision)
        source = source.get_input_node()


def _is_linear(node: Any) -> bool:
    return isinstance(node, Activation) and node.get_attr("activation") == "linear"
