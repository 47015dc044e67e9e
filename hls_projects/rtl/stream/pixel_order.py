"""Pixels of an image in another order, some of them more than once or not at all, and zeros."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hls_projects.rtl.stream.time_multiplexed_dense import rom_style

MODULE = """\
module {name}(
    input clk,
    input in_valid,
    input [{in_high}:0] x,
    output reg out_valid,
    output reg [{in_high}:0] y
);
// A word says of a pixel that leaves: how many of its image must have come, less one, where it
// stands in `held`, counted from the image's first one, and whether it is a pixel and no zero.
{words_style}reg [{word_high}:0] words [0:{last}];
reg [{word_high}:0] word;
reg [{in_high}:0] held [0:{last_held}];
reg [{turn_high}:0] turn;
reg [{place_high}:0] next, first;
// Pixels that have come since the first one of the image that leaves; some may be to come.
reg signed [{come_high}:0] come;
initial begin
    out_valid = 1'b0; turn = 0; next = 0; first = 0; come = 0;
{memory}
    word = {first_word};
end
wire ready = come > $signed({{1'b0, word[{word_high}:{need_low}]}});
wire ends = ready & turn == {last};
wire [{turn_high}:0] following = ~ready ? turn : ends ? 0 : turn + 1;
wire [{place_high}:0] place = word[{place_high}:0];
wire [{sum_high}:0] sum = first + place;
wire [{place_high}:0] from = sum >= {capacity} ? sum - {capacity} : sum;
wire [{sum_high}:0] onward = first + {image};
always @(posedge clk) begin
    if (in_valid) begin
        held[next] <= x;
        next <= next == {last_held} ? 0 : next + 1;
    end
    come <= come + $signed({{1'b0, in_valid}}) - $signed(ends ? {pixels} : 0);
    if (ends) first <= onward >= {capacity} ? onward - {capacity} : onward;
    turn <= following;
    word <= words[following];
    out_valid <= ready;
    y <= held[from];{zeros}
end
endmodule
"""


@dataclass(frozen=True)
class PixelOrder:
    """A Verilog module that puts out pixels of an image in an order of its own, one a clock cycle.

    Pixel k that leaves is pixel order[k] that came, or 0.  It leaves two clock cycles after that
    has come, if it is not held up by those before it.  Zeros leave as soon as all before them may.

    Args:
        name: of the module.
        width: bits of a pixel.
        pixels: of an image that enters.
        order: for each pixel that leaves, which one of the image it is, −1 for zeros.
        capacity: pixels that it holds, ≥ 1; see pixel_counts.with_room.
        backlog: pixels that may leave already and wait for others that leave before them, at most.
    """

    name: str
    width: int
    pixels: int
    order: tuple[int, ...]
    capacity: int = 1
    backlog: int = 0

    @cached_property
    def needs(self) -> np.ndarray:
        """For each pixel that leaves, the last one that must have come, ≥ 0; never falling."""
        return np.maximum.accumulate(np.maximum(self.order, 0))

    @cached_property
    def oldest(self) -> np.ndarray:
        """For each pixel that leaves, and after the last one, the first that is still needed."""
        sources = np.array([*self.order, self.pixels])
        sources = np.where(sources < 0, self.pixels, sources)
        return np.minimum.accumulate(sources[::-1])[::-1]

    @property
    def bits(self) -> int:
        """Bits of the pixels that it holds."""
        return self.capacity * self.width

    @property
    def registers(self) -> int:
        """Bits that it holds, and those of the pixel that leaves."""
        return self.bits + self.width

    @property
    def padded(self) -> bool:
        """Whether zeros leave."""
        return min(self.order) < 0

    @property
    def output_width(self) -> int:
        return self.width

    def enabled(self, come: np.ndarray) -> np.ndarray:
        """How many pixels may have left when so many have come, of one image after another."""
        images, rest = np.divmod(np.maximum(come, 0), self.pixels)
        return images * len(self.order) + np.searchsorted(self.needs, rest)

    def first_needed(self, left: np.ndarray) -> np.ndarray:
        """The first pixel that is still needed when so many have left."""
        images, rest = np.divmod(np.maximum(left, 0), len(self.order))
        return images * self.pixels + self.oldest[rest]

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which pixels leave, from those in which an image's arrive."""
        turns = np.arange(len(self.order))
        return np.maximum.accumulate(arriving[self.needs] - turns) + turns + 2

    def module(self) -> str:
        """The module's Verilog."""
        words = list(self._words())
        place, need = self._place_bits, max((self.pixels - 1).bit_length(), 1)
        width = place + 1 + need
        memory = (f"    words[{i}] = {width}'h{word:x};" for i, word in enumerate(words))
        return MODULE.format(
            name=self.name,
            words_style=rom_style(width * len(words)),
            in_high=self.width - 1,
            word_high=width - 1,
            need_low=place + 1,
            place_high=place - 1,
            sum_high=place,
            turn_high=max((len(words) - 1).bit_length(), 1) - 1,
            last=len(words) - 1,
            last_held=self.capacity - 1,
            capacity=self.capacity,
            # Before the last pixel of an image leaves, one of those after it may have come.
            come_high=(2 * self.pixels + self.capacity).bit_length(),
            image=self.pixels % self.capacity,
            pixels=self.pixels,
            memory="\n".join(memory),
            first_word=f"{width}'h{words[0]:x}",
            # Which resets registers, and takes no LUTs.
            zeros=f"\n    if (!word[{place}]) y <= 0;" if self.padded else "",
        )

    @property
    def _place_bits(self) -> int:
        return max((self.capacity - 1).bit_length(), 1)

    def _words(self) -> Iterator[int]:
        place = self._place_bits
        for source, need in zip(self.order, self.needs.tolist(), strict=True):
            pixel = source >= 0
            yield need << (place + 1) | pixel << place | (source % self.capacity if pixel else 0)
