"""A dense layer of many cycles a sample: its weights stand in a ROM, neuron after neuron."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hls_projects.kinds import Dense, Levels
from hls_projects.logic.bits import signed_width
from hls_projects.rtl.stream.bank_schedule import BankSchedule, check_cycles, schedule_banks

MODULE = """\
module {name}(
    input clk,
    input in_valid,
    input [{in_high}:0] x,
    output reg out_valid,
    output reg [{out_high}:0] y
);
// Samples wait in `waiting`, the newest lowest, until the one in `held` is done.  A word says
// which value each bank gives, 0 for none, whether that is subtracted, and whether a neuron ends.
// Subtracting is adding ~value = -value - 1; the levels know how often that happens.
reg [{waiting_high}:0] waiting;
reg [{used_high}:0] held;
reg [{waits_high}:0] waits;
reg runs, ran, fresh, starts, ends, ended, last_1, last_2, last_3;
reg [{cycle_high}:0] cycle;
reg [{neuron_high}:0] neuron;
{words_style}reg [{word_high}:0] words [0:{last_cycle}];
reg [{word_high}:0] word;
{levels_style}reg [{level_high}:0] levels [0:{last_neuron}];
reg [{level_high}:0] level;
reg signed [{part_high}:0] part;
reg signed [{sum_high}:0] sum;
initial begin
    {{waits, runs, ran, starts, ends, ended, last_1, last_2, last_3, out_valid}} = 0;
    fresh = 1'b1; cycle = 0; neuron = 0;
{memories}
end
wire first = runs & cycle == 0;
wire last = runs & cycle == {last_cycle};
{terms}
always @(posedge clk) begin
    if (in_valid) waiting <= {pushed};
    if (first) held <= {oldest};
    waits <= waits + in_valid - first;
    runs <= (runs & ~last) | waits != 0;
    cycle <= runs & ~last ? cycle + 1 : 0;
    ran <= runs; word <= words[cycle];
    if (ran) fresh <= word[{word_high}];
    starts <= fresh; ends <= ran & word[{word_high}];
    part <= {sum_of_terms};
    if (ends) neuron <= neuron == {last_neuron} ? 0 : neuron + 1;
    ended <= ends; level <= levels[neuron];
    sum <= starts ? part : sum + part;
    if (ended) y <= {shifted};
    {{out_valid, last_3, last_2, last_1}} <= {{last_3, last_2, last_1, last}};
end
endmodule
"""
ZERO = "1'b0"
# Larger ROMs are block RAMs, which tools otherwise choose late: as LUTs they may take more of them
# than all of the rest.
LARGEST_IN_LUTS = 1024
# From a sample's last word to its result, and from its arrival to its first word.
PIPELINE = 5


@dataclass(frozen=True)
class TimeMultiplexedDense:
    """A Verilog module for a dense layer and its thresholds, one neuron after another.

    Each bank of inputs is a multiplexer that gives one value a cycle, so a neuron takes as many
    cycles as it has weights in the bank where it has most.  Samples must be at least `cycles`
    apart on average; up to `depth` of them wait while one is computed.

    Args:
        name: of the module.
        layer: its weights (inputs, neurons).
        threshold: its activation.
        bits, signed: of an input.
        cycles: most that a sample may take, > 1.
        depth: samples that may wait, ≥ 1.

    Raises:
        ValueError: if the layer has more neurons than `cycles`.
    """

    name: str
    layer: Dense
    threshold: Levels
    bits: int
    signed: bool
    cycles: int
    depth: int = 1

    def __post_init__(self) -> None:
        check_cycles(self.layer.weights.shape[1], self.cycles)

    @cached_property
    def schedule(self) -> BankSchedule:
        """What each bank reads in which cycle."""
        return schedule_banks(self._weights, self.cycles)

    @cached_property
    def _weights(self) -> np.ndarray:
        """Weights whose sums rise where the activation rises."""
        return self.layer.weights.astype(np.int64) * self.threshold.direction

    @property
    def output_width(self) -> int:
        """Bits of all activations, the first neuron's lowest."""
        return len(self.threshold.direction) * self.threshold.bits

    @property
    def rom_bits(self) -> int:
        """Bits of the program and of the levels."""
        return self.schedule.cycles * self._word_width + len(self._levels) * self._level_width

    @property
    def registers(self) -> int:
        """Bits of all registers."""
        used = sum(map(len, self.schedule.banks)) * self.bits
        highest = self.schedule.cycles - 1, len(self._levels) - 1, self.depth
        words = self._word_width + self._level_width + self._part_width + self._sum_width
        return (self.depth + 1) * used + sum(map(_width, highest)) + words + self.output_width + 10

    def leaving(self, arriving: np.ndarray) -> np.ndarray:
        """Clock cycles in which activations leave, of samples that come one at a time."""
        return arriving + self.schedule.cycles + PIPELINE

    def module(self) -> str:
        """The module's Verilog."""
        used = np.concatenate(self.schedule.banks)
        sources = [f"x[{i * self.bits + place}]" for i in used for place in range(self.bits)]
        entering = "{" + ", ".join(reversed(sources)) + "}" if sources else ZERO
        width = max(len(sources), 1)
        banks = range(len(self.schedule.banks))
        bits, high = self.threshold.bits, self.output_width - 1
        return MODULE.format(
            name=self.name,
            in_high=len(self._weights) * self.bits - 1,
            out_high=high,
            waiting_high=self.depth * width - 1,
            used_high=width - 1,
            waits_high=_width(self.depth) - 1,
            pushed=entering if self.depth == 1 else f"{{waiting, {entering}}}",
            oldest="waiting" if self.depth == 1 else f"waiting >> (waits - 1) * {width}",
            cycle_high=_width(self.schedule.cycles - 1) - 1,
            last_cycle=self.schedule.cycles - 1,
            neuron_high=_width(len(self._levels) - 1) - 1,
            last_neuron=len(self._levels) - 1,
            word_high=self._word_width - 1,
            level_high=self._level_width - 1,
            part_high=self._part_width - 1,
            sum_high=self._sum_width - 1,
            words_style=rom_style(self.schedule.cycles * self._word_width),
            levels_style=rom_style(len(self._levels) * self._level_width),
            memories="\n".join(self._memories()),
            terms="\n".join([*self._terms(), self._code()]),
            sum_of_terms=" + ".join(f"term_{bank}" for bank in banks),
            shifted="code" if high + 1 == bits else f"{{code, y[{high}:{bits}]}}",
        )

    @cached_property
    def _term_ranges(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest of each term, (cycles, banks)."""
        lowest = -(1 << self.bits - 1) if self.signed else 0
        highest = lowest + (1 << self.bits) - 1
        signs = self._signs
        return (
            np.select([signs > 0, signs < 0], [lowest, -highest - 1], 0),
            np.select([signs > 0, signs < 0], [highest, -lowest - 1], 0),
        )

    @cached_property
    def _signs(self) -> np.ndarray:
        """Weights as they are read, (cycles, banks), 0 where none is."""
        schedule = self.schedule
        read = self._weights[schedule.reads, schedule.neurons[:, None]]
        return np.where(schedule.reads >= 0, read, 0)

    @property
    def _part_width(self) -> int:
        lowest, highest = (ends.sum(axis=1) for ends in self._term_ranges)
        return signed_width(lowest.min(), highest.max())

    @cached_property
    def _sum_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of each neuron's sum after any of its cycles, both sides of 0."""
        lowest, highest = (ends.sum(axis=1) for ends in self._term_ranges)
        neurons, count = self.schedule.neurons, len(self.threshold.direction)
        return (
            np.bincount(neurons, np.minimum(lowest, 0), count).astype(np.int64),
            np.bincount(neurons, np.maximum(highest, 0), count).astype(np.int64),
        )

    @property
    def _sum_width(self) -> int:
        lowest, highest = self._sum_ends
        # One more than any sum: a level that none reaches.
        return signed_width(lowest.min(), highest.max() + 1)

    @cached_property
    def _levels(self) -> np.ndarray:
        """(neurons, levels) least sums, as the terms make them, that count one more."""
        direction = self.threshold.direction[:, None].astype(np.int64)
        subtracted = (self._weights < 0).sum(axis=0)[:, None]
        lowest, highest = (ends[:, None] for ends in self._sum_ends)
        return np.clip(self.threshold.levels * direction - subtracted, lowest, highest + 1)

    @property
    def _level_width(self) -> int:
        return self._levels.shape[1] * self._sum_width

    @property
    def _index_widths(self) -> list[int]:
        return [_width(len(bank)) for bank in self.schedule.banks]

    @property
    def _word_width(self) -> int:
        return sum(width + 1 for width in self._index_widths) + 1

    def _memories(self) -> Iterator[str]:
        """Assignments of both ROMs."""
        places = np.zeros(len(self._weights) + 1, int)  # the last one is read where none is
        for bank in self.schedule.banks:
            places[bank] = np.arange(1, len(bank) + 1)
        indices = places[self.schedule.reads]
        for cycle, ends in enumerate(self.schedule.last):
            word, shift = 0, 0
            for bank, width in enumerate(self._index_widths):
                word |= int(indices[cycle, bank]) << shift
                word |= int(self._signs[cycle, bank] < 0) << shift + width
                shift += width + 1
            yield f"    words[{cycle}] = {self._word_width}'h{word | int(ends) << shift:x};"
        mask = (1 << self._sum_width) - 1
        for neuron, levels in enumerate(self._levels):
            word = sum((int(v) & mask) << i * self._sum_width for i, v in enumerate(levels))
            yield f"    levels[{neuron}] = {self._level_width}'h{word:x};"

    def _terms(self) -> Iterator[str]:
        """What each bank adds in the cycle in which `word` holds its word."""
        begin, shift = 0, 0
        for number, (bank, width) in enumerate(
            zip(self.schedule.banks, self._index_widths, strict=True)
        ):
            planes = []
            for place in range(self.bits):
                held = [f"held[{(begin + i) * self.bits + place}]" for i in range(len(bank))]
                plane = f"bank_{number}_{place}"
                sources = ", ".join([*reversed(held), ZERO])
                yield f"wire [{len(bank)}:0] {plane} = {{{sources}}};"
                planes.append(f"{plane}[word[{shift + width - 1}:{shift}]]")
            planes.append(planes[-1] if self.signed else ZERO)
            value = "{" + ", ".join(reversed(planes)) + "}"
            minus = f"{{{self.bits + 1}{{word[{shift + width}]}}}}"
            yield f"wire signed [{self.bits}:0] term_{number} = {value} ^ {minus};"
            begin, shift = begin + len(bank), shift + width + 1

    def _code(self) -> str:
        """The activation: how many levels the sum has reached."""
        width = self._sum_width
        reached = [
            f"(sum >= $signed(level[{(i + 1) * width - 1}:{i * width}]))"
            for i in range(self._levels.shape[1])
        ]
        return f"wire [{self.threshold.bits - 1}:0] code = {' + '.join(reached)};"


def rom_style(bits: int) -> str:
    """Verilog attribute of a ROM."""
    return '(* rom_style = "block" *) ' if bits > LARGEST_IN_LUTS else ""


def _width(highest: int) -> int:
    """Bits of the numbers 0 … highest, at least one."""
    return max(int(highest).bit_length(), 1)
