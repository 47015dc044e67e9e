"""Columns of real bits in a netlist, which counters take and give."""

from __future__ import annotations

from dataclasses import dataclass

from hls_projects.logic.bits import Bit
from hls_projects.logic.netlist import Netlist


@dataclass
class Compressor:
    """Columns of bits in a netlist; the bits that arrive first are taken first."""

    netlist: Netlist
    columns: list[list[Bit]]

    def put(self, place: int, bit: Bit) -> None:
        """Adds a bit to a column."""
        while place >= len(self.columns):
            self.columns.append([])
        self.columns[place].append(bit)

    def take(self, place: int, bits: int) -> list[Bit]:
        """Takes so many bits from a column."""
        if not bits:
            return []
        column = sorted(self.columns[place], key=lambda bit: self.netlist.depth[bit.signal])
        self.columns[place] = column[bits:]
        return column[:bits]

    def put_sum(self, place: int, bits: list[Bit]) -> None:
        """Adds the binary sum of bits of a column, by a counter in LUTs."""
        width = len(bits).bit_length()
        outputs = self.netlist.lut_bits(
            bits, lambda raw: tuple(sum(raw) >> i & 1 for i in range(width))
        )
        for i, bit in enumerate(outputs):
            self.put(place + i, bit)
