"""Branches of a stream that meet: what is early waits until all have a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

MODULE = """\
module {name}(
    input clk,
{ports}
    output out_valid,
    output [{out_high}:0] y
);
// Pixels of each branch wait in a row of registers; there is room for all that can be early.
{rows}
wire all = {ready};
assign out_valid = all;
assign y = {{{values}}};
endmodule
"""

ROW = """\
reg [{high}:0] row_{i} [0:{last}];
reg [{count_high}:0] waiting_{i};
reg [{place_high}:0] first_{i}, next_{i};
initial begin
    waiting_{i} = 0; first_{i} = 0; next_{i} = 0;
end
always @(posedge clk) begin
    waiting_{i} <= waiting_{i} + in_valid_{i} - all;
    if (in_valid_{i}) begin
        row_{i}[next_{i}] <= x_{i};
        next_{i} <= next_{i} == {last} ? 0 : next_{i} + 1;
    end
    if (all) first_{i} <= first_{i} == {last} ? 0 : first_{i} + 1;
end
wire [{high}:0] oldest_{i} = row_{i}[first_{i}];"""


@dataclass(frozen=True)
class JoinBuffer:
    """A Verilog module in which pixels of early branches wait: a FIFO for each.

    A pixel leaves one clock cycle after the last of its branches has come, one a cycle.

    Args:
        name: of the module.
        widths: bits of a pixel of each branch.
        depths: of each FIFO, pixels ≥ 1; see branch_depths.
    """

    name: str
    widths: tuple[int, ...]
    depths: tuple[int, ...]

    @property
    def bits(self) -> int:
        """Bits of all FIFOs."""
        return sum(w * d for w, d in zip(self.widths, self.depths, strict=True))

    @property
    def registers(self) -> int:
        return self.bits

    @property
    def output_width(self) -> int:
        """Bits of the pixels of all branches, the first one lowest."""
        return sum(self.widths)

    def leaving(self, *arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which pixels leave, from those in which each branch's arrive."""
        return np.maximum.reduce(arriving) + 1

    def module(self) -> str:
        """The module's Verilog."""
        branches = range(len(self.widths))
        return MODULE.format(
            name=self.name,
            ports="\n".join(self._ports()),
            out_high=self.output_width - 1,
            rows="\n".join(self._rows()),
            ready=" & ".join(f"waiting_{i} != 0" for i in branches),
            values=", ".join(f"oldest_{i}" for i in reversed(branches)),
        )

    def _ports(self) -> Iterator[str]:
        for i, width in enumerate(self.widths):
            yield f"    input in_valid_{i},\n    input [{width - 1}:0] x_{i},"

    def _rows(self) -> Iterator[str]:
        for i, (width, depth) in enumerate(zip(self.widths, self.depths, strict=True)):
            yield ROW.format(
                i=i,
                high=width - 1,
                last=depth - 1,
                count_high=depth.bit_length() - 1,
                place_high=max((depth - 1).bit_length(), 1) - 1,
            )
