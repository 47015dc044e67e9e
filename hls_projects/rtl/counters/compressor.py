"""Builds a path of moves on real bits: counters in LUTs and on carry chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hls_projects.logic.bits import Bit
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.ccu2c_chain import build_counter
from hls_projects.rtl.counters.chain import Segment, build_sequence
from hls_projects.rtl.counters.moves import Move


@dataclass
class Compressor:
    """Columns of bits in a netlist; the bits that arrive first are taken first."""

    netlist: Netlist
    columns: list[list[Bit]]

    def run(self, path: Sequence[Move]) -> None:
        """Executes moves in order."""
        segments: list[Segment] = []
        positions: list[list[Bit]] = []
        for move in path:
            if move.kind in ("carry in", "position"):
                positions.append(self._take(move.place, move.bits))
            elif move.kind == "carry out":
                self._counter(move.place - len(positions) + 1, positions)
                positions = []
            elif move.kind in ("FA", "C63"):
                self._count(move)
            elif move.kind == "close":
                self._chain(segments)
                segments = []
            else:
                segments.append(self._segment(move))

    def put(self, place: int, bit: Bit) -> None:
        while place >= len(self.columns):
            self.columns.append([])
        self.columns[place].append(bit)

    def _take(self, place: int, bits: int) -> list[Bit]:
        if not bits:
            return []
        column = sorted(self.columns[place], key=lambda bit: self.netlist.depth[bit.signal])
        self.columns[place] = column[bits:]
        return column[:bits]

    def _segment(self, move: Move) -> Segment:
        if move.kind == "A14":
            bits, above = self._take(move.place, move.bits), self._take(move.place + 1, 1)
            return Segment(move.kind, move.place, bits, above)
        return Segment(move.kind, move.place, self._take(move.place, move.bits), [])

    def _count(self, move: Move) -> None:
        """A counter in LUTs: the binary sum of some bits of a column."""
        self._put_sum(move.place, self._take(move.place, move.bits))

    def _put_sum(self, place: int, bits: list[Bit]) -> None:
        width = len(bits).bit_length()
        outputs = self.netlist.lut_bits(
            bits, lambda raw: tuple(sum(raw) >> i & 1 for i in range(width))
        )
        for i, bit in enumerate(outputs):
            self.put(place + i, bit)

    def _counter(self, place: int, taken: list[list[Bit]]) -> None:
        """A counter on a chain of ECP5: the carry in, then the bits of each position."""
        (carry_in,), *positions = taken
        if len(positions) == 1:
            self._put_sum(place, [carry_in, *positions[0]])
            return
        for column, bit in build_counter(self.netlist, place, carry_in, positions):
            self.put(column, bit)

    def _chain(self, segments: list[Segment]) -> None:
        if len(segments) == 1 and segments[0].kind == "F":
            self._put_sum(segments[0].place, segments[0].bits)
            return
        for place, bit in build_sequence(self.netlist, segments):
            self.put(place, bit)
