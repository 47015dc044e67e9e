"""The hls4ml layer that puts values in other places: zeros around, crops, repeats, other axes."""

from __future__ import annotations

import numpy as np
from hls4ml.model.attributes import Attribute

from hls_projects.hls4ml_front_end.cpp.moves import move_array, move_stream
from hls_projects.hls4ml_front_end.layers import IntegerLayer


class IntegerMove(IntegerLayer):
    """res[i] = data[sources[i]], or 0 where that is −1.

    Attribute: `sources`, int64 of the output's shape: places in the input, last axis fastest.
    """

    kernel_name = "integer_move"
    _expected_attributes = [Attribute("sources", value_type=np.ndarray)]

    def _output_shape(self) -> list[int]:
        return list(self.get_attr("sources").shape)

    def _kernel(self) -> str:
        size = int(np.prod(self.get_input_variable().shape))
        write = move_stream if self.streams else move_array
        return write(self.function_name, self.get_attr("sources"), size)


MOVE_LAYERS: tuple[type[IntegerLayer], ...] = (IntegerMove,)
