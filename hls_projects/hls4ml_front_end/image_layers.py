"""hls4ml layers of images: sparse ternary convolution and max pooling."""

from __future__ import annotations

import numpy as np
from hls4ml.model.attributes import Attribute

from hls_projects.hls4ml_front_end.cpp import kernels
from hls_projects.hls4ml_front_end.cpp.position_loops import (
    Images,
    Shape,
    over_window_stream,
    over_windows,
)
from hls_projects.hls4ml_front_end.layers import IntegerLayer, SparseTernaryDense
from hls_projects.kinds.windows import Windows


class WindowLayer(IntegerLayer):
    """A layer that does the same in every window of an image.

    Attribute: `strides`, a list of two.
    """

    _expected_attributes = [Attribute("strides", value_type=list)]

    @property
    def windows(self) -> Windows:
        raise NotImplementedError

    def _output_shape(self) -> list[int]:
        image = self.get_input_variable().shape
        return [*self.windows.output_shape(image), len(self.get_attr("lowest"))]

    @property
    def images(self) -> Images:
        rows, columns, channels = self.get_input_variable().shape
        outputs = self.get_output_variable().shape[-1]
        return Images(rows, columns, channels, outputs, self.windows, self.outside)

    @property
    def outside(self) -> int:
        """What windows see outside of the image."""
        return 0

    @property
    def kernel_shape(self) -> Shape:
        return self.images.shape

    @property
    def takes_all(self) -> bool:
        image = tuple(self.get_input_variable().shape[:2])
        return super().takes_all and self.windows.size == image

    def _every_position(self, position: str) -> str:
        loops = over_window_stream if self.streams else over_windows
        return loops(self.function_name, position, self.images)


class SparseTernaryConv2D(WindowLayer, SparseTernaryDense):
    """acc = window · W for every window: the adders of a SparseTernaryDense, used everywhere.

    Attributes: `integer_weights`, int8 (height, width, channels, filters); `padding`, valid or
    same.
    """

    kernel_name = "sparse_ternary_conv2d"
    _expected_attributes = [Attribute("padding", value_type=str)]

    @property
    def windows(self) -> Windows:
        size = self.get_attr("integer_weights").shape[:2]
        return Windows(size, tuple(self.get_attr("strides")), self.get_attr("padding"))

    def _matrix(self) -> np.ndarray:
        weights = self.get_attr("integer_weights")
        return weights.reshape(-1, weights.shape[-1])

    def _input_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        taps = self.windows.size[0] * self.windows.size[1]
        # Padding is 0, whatever the pixels are.
        padded = self.get_attr("padding") == "same"
        low, high = super()._input_bounds()
        low, high = (np.minimum(low, 0), np.maximum(high, 0)) if padded else (low, high)
        return np.tile(low, taps), np.tile(high, taps)


class IntegerConv2D(SparseTernaryConv2D):
    """acc = window · W, W of any int8."""

    kernel_name = "integer_conv2d"


class IntegerMaxPool(WindowLayer):
    """The largest value of each channel in every window.

    Attributes: `pool`, a list of two; `padding`, valid, where there is none, or same.
    """

    kernel_name = "integer_max_pool"
    _expected_attributes = [Attribute("pool", value_type=list)]

    @property
    def windows(self) -> Windows:
        padding = self.get_attr("padding", "valid")
        return Windows(tuple(self.get_attr("pool")), tuple(self.get_attr("strides")), padding)

    @property
    def outside(self) -> int:
        """The lowest of all inputs, so that what lies outside is never the largest."""
        return min(int(self.get_attr("input_lowest").min()), 0)

    def _lines(self) -> list[tuple[int, str]]:
        taps = self.windows.size[0] * self.windows.size[1]
        return kernels.largest_lines(taps, self.get_output_variable().shape[-1])


IMAGE_LAYERS: tuple[type[IntegerLayer], ...] = (
    SparseTernaryConv2D,
    IntegerConv2D,
    IntegerMaxPool,
)
