"""hls4ml layers of an integer network, each with types from the integers it can output."""

from __future__ import annotations

from typing import Any

import numpy as np
from hls4ml.model.attributes import Attribute
from hls4ml.model.layers import Layer

from hls_projects.hls4ml_front_end.checks import check_node, check_strategy
from hls_projects.hls4ml_front_end.cpp import kernels
from hls_projects.hls4ml_front_end.cpp.distributed_arithmetic import adder_graph_kernel
from hls_projects.hls4ml_front_end.cpp.position_loops import Shape, over_positions, over_stream
from hls_projects.hls4ml_front_end.precision import (
    exact_precision,
    input_precision,
    integer_precision,
    set_source_precision,
)
from hls_projects.network.input_format import InputFormat


class IntegerLayer(Layer):
    """An hls4ml node that maps integers to integers, exactly.

    Attributes: `input_lowest`, `input_highest`, int64 arrays over the last axis of its input;
    `lowest`, `highest`, the same of its output.  All come from IntegerNetwork.ranges().
    """

    kernel_name = ""
    _expected_attributes = [
        Attribute("lowest", value_type=np.ndarray),
        Attribute("highest", value_type=np.ndarray),
        Attribute("input_lowest", value_type=np.ndarray),
        Attribute("input_highest", value_type=np.ndarray),
    ]

    def initialize(self) -> None:
        check_node(self)
        self._set_input_precision()
        precision = integer_precision(
            self.get_attr("lowest").min(), self.get_attr("highest").max()
        )
        exact = exact_precision(self, precision)
        self.add_output_variable(self._output_shape(), precision=exact)

    def _output_shape(self) -> list[int]:
        return [*self.get_input_variable().shape[:-1], len(self.get_attr("lowest"))]

    def _set_input_precision(self) -> None:
        precision = integer_precision(
            self.get_attr("input_lowest").min(), self.get_attr("input_highest").max()
        )
        set_source_precision(self, precision)

    @property
    def namespace(self) -> str:
        """C++ namespace of the kernel."""
        return self.model.config.get_writer_config().get("Namespace") or "nnet"

    @property
    def function_name(self) -> str:
        """C++ name of the kernel; its file in firmware/nnet_utils is called the same."""
        return f"{self.kernel_name}_{self.index}"

    @property
    def streams(self) -> bool:
        """Whether values come and go in streams, not in arrays."""
        return self.model.config.get_config_value("IOType") == "io_stream"

    @property
    def kernel_shape(self) -> Shape:
        """The kernel's arrays at one position, and how many positions there are."""
        source, result = self.get_input_variable().shape, self.get_output_variable().shape
        return Shape(int(np.prod(source[:-1])), source[-1], result[-1])

    def firmware_file(self) -> str:
        """The C++ header that holds this layer's kernel."""
        return kernels.firmware_file(
            self.function_name, self._description(), self.namespace, self._kernel()
        )

    def _description(self) -> str:
        return f"{self.name} ({self.class_name})"

    @property
    def takes_all(self) -> bool:
        """Whether the kernel of one position takes the input's array as it is."""
        return self.kernel_shape.positions == 1

    def _kernel(self) -> str:
        if self.takes_all and not self.streams:
            return self._position_kernel(self.function_name)
        position = f"{self.function_name}_position"
        return f"{self._position_kernel(position)}\n{self._every_position(position)}"

    def _every_position(self, position: str) -> str:
        """C++ of the function that applies `position` to all of the input."""
        loops = over_stream if self.streams else over_positions
        return loops(self.function_name, position, self.kernel_shape)

    def _position_kernel(self, name: str) -> str:
        """C++ of the function that computes one position."""
        shape = self.kernel_shape
        return kernels.straight_line_kernel(name, self._lines(), shape.inputs, shape.outputs)

    def _lines(self) -> list[tuple[int, str]]:
        raise NotImplementedError


class InputQuantizer(IntegerLayer):
    """x_int = clip(floor(x / scale), lowest, highest) of fixed-point inputs.

    Attributes: `bits`, `is_signed` and `scale`, a list of one number or one for each element of
    the last axis.  The model's input gets the type that makes this exact for every float.
    """

    kernel_name = "input_quantizer"
    _expected_attributes = [
        Attribute("bits"),
        Attribute("is_signed", value_type=bool),
        Attribute("scale", value_type=list),
    ]

    def _output_shape(self) -> list[int]:
        return list(self.get_input_variable().shape)

    @property
    def format(self) -> InputFormat:
        """The integers of the inputs, as an integer network defines them."""
        scale = self.get_attr("scale")
        return InputFormat(
            self.get_attr("bits"),
            self.get_attr("is_signed"),
            scale[0] if len(scale) == 1 else tuple(scale),
            tuple(self.get_input_variable().shape),
        )

    def _set_input_precision(self) -> None:
        set_source_precision(self, input_precision(self.format))

    def _position_kernel(self, name: str) -> str:
        source = input_precision(self.format)
        return kernels.quantizer_kernel(
            name,
            self.get_attr("bits"),
            self.format.lowest,
            self.get_attr("scale"),
            f"ap_fixed<{source.width + 1}, {source.integer + 1}>",
            self.kernel_shape.inputs,
        )


class SparseTernaryDense(IntegerLayer):
    """acc = x · W, W of −1, 0 and 1: an adder for each nonzero weight but one of each output.

    Attribute: `integer_weights`, int8 (inputs, outputs).  Strategy 'Latency' makes a balanced tree
    of adders for each output, 'distributed_arithmetic' takes da4ml's shared ones.
    """

    kernel_name = "sparse_ternary_dense"
    _expected_attributes = [
        Attribute("integer_weights", value_type=np.ndarray),
    ]

    def initialize(self) -> None:
        # hls4ml's own passes must not find `strategy`: they would look for a stock Dense.
        self.attributes.attributes.pop("strategy", None)
        strategy = self.model.config.get_strategy(self)
        self.set_attr("kernel_strategy", check_strategy(strategy, f" of layer '{self.name}'"))
        super().initialize()

    def _description(self) -> str:
        weights = self._matrix()
        return (
            f"{super()._description()}: {weights.shape[0]} inputs, {weights.shape[1]} outputs, "
            f"{np.count_nonzero(weights)} of {weights.size} weights are not 0"
        )

    def _lines(self) -> list[tuple[int, str]]:
        return kernels.dense_lines(self._matrix())

    def _matrix(self) -> np.ndarray:
        """Weights (inputs, outputs) at one position."""
        return self.get_attr("integer_weights")

    def _input_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest value of each input at one position."""
        return self.get_attr("input_lowest"), self.get_attr("input_highest")

    def _position_kernel(self, name: str) -> str:
        if self.get_attr("kernel_strategy") == "latency":
            return super()._position_kernel(name)
        return adder_graph_kernel(name, self._matrix(), *self._input_bounds())


class IntegerDense(SparseTernaryDense):
    """acc = x · W, W of any int8: an adder for each nonzero signed digit but one of each output."""

    kernel_name = "integer_dense"


class IntegerThreshold(IntegerLayer):
    """How many levels v have acc ≥ v (direction 1) or acc ≤ v (direction −1).

    Attributes: `levels`, int32 (channels, 2^bits − 1); `direction`, int8 (channels,).
    """

    kernel_name = "integer_threshold"
    _expected_attributes = [
        Attribute("levels", value_type=np.ndarray),
        Attribute("direction", value_type=np.ndarray),
    ]

    def _lines(self) -> list[tuple[int, str]]:
        return kernels.threshold_lines(
            self.get_attr("levels"),
            self.get_attr("direction"),
            self.get_attr("input_lowest"),
            self.get_attr("input_highest"),
        )


class IntegerThermometer(IntegerLayer):
    """Which levels v each feature has reached, a bit each.

    Attributes: `levels`, int32 (bits,); `feature`, int32 (bits,), which one is compared.
    """

    kernel_name = "integer_thermometer"
    _expected_attributes = [
        Attribute("levels", value_type=np.ndarray),
        Attribute("feature", value_type=np.ndarray),
    ]

    def _lines(self) -> list[tuple[int, str]]:
        return kernels.thermometer_lines(self.get_attr("levels"), self.get_attr("feature"))


class IntegerHead(IntegerLayer):
    """logits = acc · 2^shift + bias.

    Attributes: `bias`, int32 (classes,); `shift`, int8 (classes,), or none where all are 0.
    """

    kernel_name = "integer_head"
    _expected_attributes = [Attribute("bias", value_type=np.ndarray)]

    def _lines(self) -> list[tuple[int, str]]:
        return kernels.head_lines(self.get_attr("bias"), self.get_attr("shift"))


class IntegerArgmax(IntegerLayer):
    """The index of the largest value, the lowest of equal ones, as NumPy and Keras have it."""

    kernel_name = "integer_argmax"

    def _position_kernel(self, name: str) -> str:
        return kernels.argmax_kernel(name, self.kernel_shape.inputs)


INTEGER_LAYERS: tuple[type[IntegerLayer], ...] = (
    InputQuantizer,
    SparseTernaryDense,
    IntegerDense,
    IntegerThreshold,
    IntegerThermometer,
    IntegerHead,
    IntegerArgmax,
)


def is_integer_layer(node: Any) -> bool:
    """Whether an hls4ml node is one of these layers."""
    return isinstance(node, IntegerLayer)
