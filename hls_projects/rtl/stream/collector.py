"""All pixels of an image at once, for the dense layers after a stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MODULE = """\
module {name}(
    input clk,
    input in_valid,
    input [{in_high}:0] x,
    output reg out_valid,
    output reg [{out_high}:0] y
);
reg [{count_high}:0] count;
initial begin
    count = 0; out_valid = 1'b0;
end
always @(posedge clk) begin
    out_valid <= in_valid & count == {last};
    if (in_valid) begin
        y <= {shifted};
        count <= count == {last} ? 0 : count + 1;
    end
end
endmodule
"""


@dataclass(frozen=True)
class Collector:
    """A shift register that holds every pixel of an image, the first one lowest.

    Args:
        name: of the module.
        positions: pixels of an image.
        width: bits of a pixel.
    """

    name: str
    positions: int
    width: int

    @property
    def bits(self) -> int:
        """Bits of the shift register."""
        return self.positions * self.width

    @property
    def registers(self) -> int:
        return self.bits

    @property
    def output_width(self) -> int:
        return self.bits

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """The clock cycle in which the image is there, from those in which pixels arrive."""
        return arriving[-1:] + 1

    def module(self) -> str:
        """The module's Verilog."""
        return MODULE.format(
            name=self.name,
            in_high=self.width - 1,
            out_high=self.bits - 1,
            count_high=max((self.positions - 1).bit_length(), 1) - 1,
            last=self.positions - 1,
            shifted="x" if self.positions == 1 else f"{{x, y[{self.bits - 1}:{self.width}]}}",
        )
