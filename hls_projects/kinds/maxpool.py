"""The largest value in every window of an image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from hls_projects.kinds.layer import Interval, Layer, Role, as_tuple, require
from hls_projects.kinds.windows import PADDINGS, Windows, is_pair, windows_in
from hls_projects.logic.bits import Bit
from hls_projects.logic.largest import largest
from hls_projects.logic.netlist import Netlist


@dataclass(frozen=True, eq=False)
class MaxPool(Layer):
    """The largest value of each channel in every window, of those inside the image.

    Args:
        pool: rows and columns of the window, ≥ 1.
        strides: of rows and columns, ≥ 1.
        padding: "valid", or "same" for windows that reach over the edge, see Windows.

    Raises:
        ValueError: for another type or value.
    """

    pool: tuple[int, int]
    strides: tuple[int, int]
    padding: str = "valid"
    kind: ClassVar[str] = "maxpool"
    role: ClassVar[Role] = Role.POOL
    hls_class: ClassVar[str] = "IntegerMaxPool"
    option_fields: ClassVar[tuple[str, ...]] = ("pool", "strides", "padding")

    def __post_init__(self) -> None:
        for name in ("pool", "strides"):
            object.__setattr__(self, name, as_tuple(getattr(self, name)))
            value = getattr(self, name)
            require(is_pair(value), f"`{name}` must be two integers >= 1. Received: {value!r}")

        require(
            self.padding in PADDINGS,
            f"`padding` must be one of {', '.join(PADDINGS)}. Received: {self.padding!r}",
        )

    @property
    def options(self) -> dict[str, Any]:
        # Older readers know pools inside the image alone, and no such option.
        found = super().options
        if self.padding == "valid":
            del found["padding"]
        return found

    @property
    def windows(self) -> Windows:
        return Windows(self.pool, self.strides, self.padding)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return reduce(np.maximum, self.windows.taps(x, np.iinfo(x.dtype).min))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        require(len(input_shape) == 3, f"a max pool cannot follow shape {input_shape}")
        return (*windows_in(self.windows, input_shape), input_shape[-1])

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        return self.forward(lowest), self.forward(highest)

    def combine(self, netlist: Netlist, numbers: list[list[Bit]], signed: bool) -> list[Bit]:
        """Bits of the value of one window and channel, lowest first, in a netlist.

        Args:
            numbers: bits of the value under each place of the window.
            signed: whether they are two's complement.
        """
        return largest(netlist, numbers, signed)
