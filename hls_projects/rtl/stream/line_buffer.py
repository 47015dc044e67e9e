"""Windows of a stream of pixels: a shift register of lines, and what stands around the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds.windows import Windows
from hls_projects.network.folded_pads import Around

MODULE = """\
module {name}(
    input clk,
    input in_valid,
    input [{in_high}:0] x,
    output {reg}out_valid,
    output {reg}[{out_high}:0] y
);
// The newest pixel stands lowest; `held` says which are pixels and which only push others on.
reg [{pixels_high}:0] pixels;
reg [{delay}:0] held;
reg moved;
reg [{count_bits_high}:0] arrived, owed;
reg [{row_high}:0] row;
reg [{column_high}:0] column;
initial begin
    held = 0; moved = 1'b0; arrived = 0; owed = 0; row = 0; column = 0;
end
wire advance = in_valid | (arrived == 0 & owed != 0);
wire centre = moved & held[{delay}];
always @(posedge clk) begin
    moved <= advance;
    if (advance) begin
        pixels <= {shifted_pixels};
        held <= {shifted_held};
    end
    if (in_valid) begin
        arrived <= arrived == {last_pixel} ? 0 : arrived + 1;
        owed <= {delay};
    end else if (advance) begin
        owed <= owed - 1;
    end
    if (centre) begin
        column <= column == {last_column} ? 0 : column + 1;
        if (column == {last_column}) row <= row == {last_row} ? 0 : row + 1;
    end
end
{body}
endmodule
"""


@dataclass(frozen=True)
class LineBuffer:
    """A Verilog module that turns a stream of pixels into a stream of windows.

    One pixel a clock cycle in, at most one window out.  The window at a pixel, its centre, is
    complete `delay` pixels later; at the end of an image the buffer moves on by itself until a
    pixel of the next image arrives, which moves it on instead.  So there is no need to wait;
    where pixels of the next image come with gaps, the last windows come later.

    Args:
        name: of the module.
        rows, columns: of the image.
        width: bits of a pixel.
        windows: their sizes and strides.
        around: rows and columns (before, after) around the image, less than the window's size.
        outside: what stands there, a pixel of `width` bits.
    """

    name: str
    rows: int
    columns: int
    width: int
    windows: Windows
    around: Around
    outside: int = 0

    @property
    def delay(self) -> int:
        """Pixels between the centre of a window and its last one."""
        (_, below), (_, right) = self.around
        return below * self.columns + right

    @property
    def pixels(self) -> int:
        """Pixels that are held: from the first to the last one of a window."""
        height, width = self.windows.size
        return max((height - 1) * self.columns + width, self.delay + 1)

    @property
    def bits(self) -> int:
        """Bits of the shift register."""
        return self.pixels * self.width

    @property
    def registers(self) -> int:
        """Bits of the shift register, and of the window's own where zeros surround the image."""
        return self.bits + (self.output_width if self.padded else 0)

    @property
    def output_width(self) -> int:
        """Bits of a window, its first pixel lowest."""
        return self.windows.size[0] * self.windows.size[1] * self.width

    @property
    def masked(self) -> int:
        """Bits of a window that are outside the image at some centre."""
        height, width = self.windows.size
        taps = sum(bool(self._inside(y, x)) for y in range(height) for x in range(width))
        return taps * self.width

    @property
    def padded(self) -> bool:
        return any(map(any, self.around))

    def centres(self) -> np.ndarray:
        """Indices of the pixels that are centre of a window."""
        rows = self._ends(self.rows, 0)[:, None]
        return (rows * self.columns + self._ends(self.columns, 1)).reshape(-1)

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which windows leave, from those in which pixels arrive."""
        pushed = arriving[-1] + 1 + np.arange(self.delay)
        moved = np.concatenate([arriving, pushed])[self.delay :]
        return moved[self.centres()] + (2 if self.padded else 1)

    def module(self) -> str:
        """The module's Verilog."""
        count = self.rows * self.columns
        return MODULE.format(
            name=self.name,
            reg="reg " if self.padded else "",
            in_high=self.width - 1,
            out_high=self.output_width - 1,
            pixels_high=self.bits - 1,
            delay=self.delay,
            count_bits_high=max(count, self.delay + 1).bit_length() - 1,
            row_high=max((self.rows - 1).bit_length(), 1) - 1,
            column_high=max((self.columns - 1).bit_length(), 1) - 1,
            shifted_pixels=_pushed("pixels", self.bits, self.width, "x"),
            shifted_held=_pushed("held", self.delay + 1, 1, "in_valid"),
            last_pixel=count - 1,
            last_column=self.columns - 1,
            last_row=self.rows - 1,
            body="\n".join(self._body()),
        )

    def _body(self) -> Iterator[str]:
        ends = _table("row", self.rows, self._ends(self.rows, 0))
        ends += " & " + _table("column", self.columns, self._ends(self.columns, 1))
        height, width = self.windows.size
        taps = []
        for y in range(height):
            for x in range(width):
                first = ((height - 1 - y) * self.columns + width - 1 - x) * self.width
                tap = f"pixels[{first + self.width - 1}:{first}]"
                inside = self._inside(y, x)
                taps.append(self._masked(inside, tap) if inside else tap)
        window = "{" + ", ".join(reversed(taps)) + "}"
        if not self.padded:
            yield f"assign out_valid = centre & {ends};"
            yield f"assign y = {window};"
            return
        yield "initial out_valid = 1'b0;"
        yield "always @(posedge clk) begin"
        yield f"    out_valid <= centre & {ends};"
        yield f"    y <= {window};"
        yield "end"

    def _masked(self, inside: str, tap: str) -> str:
        if self.outside:
            return f"({inside} ? {tap} : {self.width}'h{self.outside:x})"
        return f"({{{self.width}{{{inside}}}}} & {tap})"

    def _ends(self, size: int, axis: int) -> np.ndarray:
        """Rows or columns of centres."""
        before, after = self.around[axis]
        first = self.windows.size[axis] - 1 - before - after
        return np.arange(first, size, self.windows.strides[axis])

    def _inside(self, y: int, x: int) -> str:
        """Whether the tap at (y, x) of the window lies in the image; empty if it always does."""
        conditions = []
        for axis, name, size, tap in ((0, "row", self.rows, y), (1, "column", self.columns, x)):
            offset = tap - (self.windows.size[axis] - 1) + self.around[axis][1]
            seen = np.arange(size) + offset
            allowed = np.flatnonzero((seen >= 0) & (seen < size))
            if len(allowed) < size and self.padded:
                conditions.append(_table(name, size, allowed))
        return " & ".join(conditions)


def _pushed(name: str, bits: int, width: int, entering: str) -> str:
    return entering if bits == width else f"{{{name}[{bits - width - 1}:0], {entering}}}"


def _table(index: str, size: int, true: np.ndarray) -> str:
    """Whether a number below `size` is one of `true`, by a table of one bit for each."""
    if size == 1:
        return f"1'b{int(len(true) > 0)}"
    bits = sum(1 << int(value) for value in true)
    return f"(|({size}'h{bits:x} >> {index} & {size}'h1))"
