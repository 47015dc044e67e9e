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
// The newest pixel stands lowest.
reg [{pixels_high}:0] pixels;
reg moved;
initial moved = 1'b0;
{pushing}
{counters}
always @(posedge clk) begin
    moved <= advance;
    if (advance) pixels <= {shifted_pixels};
    if (centre) begin
{next_column}
        if (column == {last_column}) begin
{next_row}
        end
    end
end
{body}
endmodule
"""
# Where a window is complete with its centre, nothing pushes pixels on but the next one.
UNPUSHED = """\
wire advance = in_valid;
wire centre = moved;"""
PUSHED = """\
// `held` says which are pixels and which only push others on.
reg [{delay}:0] held;
reg [{arrived_high}:0] arrived;
reg [{owed_high}:0] owed;
initial begin
    held = 0; arrived = 0; owed = 0;
end
wire advance = in_valid | (arrived == 0 & owed != 0);
wire centre = moved & held[{delay}];
always @(posedge clk) begin
    if (advance) held <= {shifted_held};
    if (in_valid) begin
        arrived <= arrived == {last_pixel} ? 0 : arrived + 1;
        owed <= {delay};
    end else if (advance) begin
        owed <= owed - 1;
    end
end"""
# A LUT6 or two LUT5 hold the next state of such a counter; an adder takes a chain and a comparison.
LARGEST_TABLE = 64


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
    def cells(self) -> tuple[float, float]:
        """LUTs and LUT positions of its counters, about: nothing is synthesized.

        A LUT for each bit of rows, columns and their ends, for each reset, one that moves rows on
        and one of `out_valid`, two of which share a position; where zeros surround the image, bits
        of two adders with carry chains, and three more.
        """
        row, column = _Counter("row", self.rows), _Counter("column", self.columns)
        self._ending(row, column)
        own = 2.0 + len(list(self._resets(row, column)))
        for counter in row, column:
            own += len(counter.flags) + (counter.size > 1) * _bits(counter.size)
        if not self.delay:
            return own, own / 2
        chains = _bits(self.rows * self.columns), self.delay.bit_length()
        return own + sum(chains) + 3, own / 2 + sum(-(-bits // 4) * 4 for bits in chains) + 3

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
        row, column = _Counter("row", self.rows), _Counter("column", self.columns)
        body = "\n".join(self._body(row, column))
        return MODULE.format(
            name=self.name,
            reg="reg " if self.padded else "",
            in_high=self.width - 1,
            out_high=self.output_width - 1,
            pixels_high=self.bits - 1,
            pushing=self._pushing() if self.delay else UNPUSHED,
            counters="\n".join(row.declared() + column.declared()),
            shifted_pixels=_pushed("pixels", self.bits, self.width, "x"),
            next_column=_indented(column.moved(), 8),
            last_column=self.columns - 1,
            next_row=_indented(row.moved(), 12),
            body=body,
        )

    def _pushing(self) -> str:
        count = self.rows * self.columns
        return PUSHED.format(
            delay=self.delay,
            arrived_high=_bits(count) - 1,
            owed_high=self.delay.bit_length() - 1,
            shifted_held=_pushed("held", self.delay + 1, 1, "in_valid"),
            last_pixel=count - 1,
        )

    def _body(self, *counters: _Counter) -> Iterator[str]:
        ends = self._ending(*counters)
        height, width = self.windows.size
        taps = []
        for y in range(height):
            for x in range(width):
                first = ((height - 1 - y) * self.columns + width - 1 - x) * self.width
                taps.append(f"pixels[{first + self.width - 1}:{first}]")
        window = "{" + ", ".join(reversed(taps)) + "}"
        if not self.padded:
            yield f"assign out_valid = centre & {ends};"
            yield f"assign y = {window};"
            return
        yield "initial out_valid = 1'b0;"
        yield "always @(posedge clk) begin"
        yield f"    out_valid <= centre & {ends};"
        yield f"    y <= {window};"
        yield from self._resets(*counters)
        yield "end"

    def _ending(self, *counters: _Counter) -> str:
        """Whether a window ends at the centre's row and column."""
        return " & ".join(
            counter.at(self._ends(counter.size, axis)) for axis, counter in enumerate(counters)
        )

    def _resets(self, *counters: _Counter) -> Iterator[str]:
        """Statements that set or reset the registers of pixels outside the image, without LUTs."""
        height, width = self.windows.size
        for y in range(height):
            for x in range(width):
                inside = [
                    counter.at(allowed)
                    for counter, allowed in zip(counters, self._allowed(y, x), strict=True)
                    if len(allowed) < counter.size
                ]
                if inside:
                    lowest = (y * width + x) * self.width
                    bits = f"y[{lowest + self.width - 1}:{lowest}]"
                    value = f"{self.width}'h{self.outside:x}"
                    yield f"    if (!({' & '.join(inside)})) {bits} <= {value};"

    def _ends(self, size: int, axis: int) -> np.ndarray:
        """Rows or columns of centres."""
        before, after = self.around[axis]
        first = self.windows.size[axis] - 1 - before - after
        return np.arange(first, size, self.windows.strides[axis])

    def _allowed(self, y: int, x: int) -> Iterator[np.ndarray]:
        """Rows, then columns of centres whose window has its tap at (y, x) in the image."""
        for axis, size, tap in ((0, self.rows, y), (1, self.columns, x)):
            offset = tap - (self.windows.size[axis] - 1) + self.around[axis][1]
            seen = np.arange(size) + offset
            inside = (seen >= 0) & (seen < size)
            yield np.flatnonzero(inside | (not self.padded))


class _Counter:
    """A register that counts rows or columns, and bits that say whether it is at some of them.

    The bits are registers too, so that no long path begins with a counter.

    Args:
        name: of the register.
        size: how many values it has; 0 follows the last one.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.flags: dict[tuple[int, ...], str] = {}

    def at(self, values: np.ndarray) -> str:
        """Whether it has one of these values."""
        key = tuple(values.tolist())
        if len(key) == self.size:
            return "1'b1"
        return self.flags.setdefault(key, f"{self.name}_{len(self.flags)}")

    def declared(self) -> list[str]:
        """Declarations, and what is known at the start."""
        lines = [f"reg [{_bits(self.size) - 1}:0] {self.name};", f"initial {self.name} = 0;"]
        for values, flag in self.flags.items():
            lines += [f"reg {flag};", f"initial {flag} = 1'b{int(0 in values)};"]
        return lines

    def moved(self) -> list[str]:
        """Statements that give all of them their next values."""
        following = np.roll(np.arange(self.size), -1)
        bits = (following >> k & 1 for k in reversed(range(_bits(self.size))))
        following_bits = ", ".join(self._table(bit) for bit in bits)
        after = f"{{{following_bits}}}" if self.size <= LARGEST_TABLE else (
            f"{self.name} == {self.size - 1} ? 0 : {self.name} + 1"
        )
        return [f"{self.name} <= {after};"] + [
            f"{flag} <= {self._table(np.isin(following, values))};"
            for values, flag in self.flags.items()
        ]

    def _table(self, true: np.ndarray) -> str:
        """A function of its value, by a table of one bit for each."""
        bits = sum(int(bit) << value for value, bit in enumerate(true))
        return f"(|({self.size}'h{bits:x} >> {self.name} & {self.size}'h1))"


def _bits(size: int) -> int:
    """Of a counter that has so many values."""
    return max((size - 1).bit_length(), 1)


def _indented(lines: list[str], spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in lines)


def _pushed(name: str, bits: int, width: int, entering: str) -> str:
    return entering if bits == width else f"{{{name}[{bits - width - 1}:0], {entering}}}"
