"""Occupied LUT positions of a netlist for Xilinx: what placement needs, beyond a count of cells.

A position is one LUT6 with two outputs, O6 and O5, one step of a carry chain beside it, and one
multiplexer that brings O5, the chain's sum O or its carry CO out (7-series, UG474; UltraScale+,
UG574).  A cell count leaves out what a carry chain takes of LUTs that hold no cell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hls_projects.tools.lut_pairs import count_pairs

CARRY = re.compile(r"CARRY(\d+)")
LUT = re.compile(r"LUT(\d)(_2)?")
FLIP_FLOP = re.compile(r"FD[RSCP]E")

# (cell, pin, index of the bit)
Pin = tuple[str, str, int]


@dataclass(frozen=True)
class LutPositions:
    """total = luts − paired + constant_selects + copied_selects + shared_outputs + shared_bypasses.

    Attributes:
        luts: LUT cells, an inverter and a LUT6_2 one each.
        paired: small LUTs outside carry chains that share a position with another one.
        constant_selects: steps of a carry chain whose select S is constant: O6 must give it.
        copied_selects: steps whose select is no LUT's own: a LUT passes it on or is made twice.
        shared_outputs: outputs that the one multiplexer of their position cannot bring out too.
        shared_bypasses: chains whose carry in and first data input both need the bypass pin.
        carry8: CARRY8 cells of UltraScale+, two CARRY4 of one chain each.
    """

    luts: int = 0
    paired: int = 0
    constant_selects: int = 0
    copied_selects: int = 0
    shared_outputs: int = 0
    shared_bypasses: int = 0
    carry8: int = 0

    @property
    def total(self) -> int:
        """Occupied positions."""
        more = self.constant_selects + self.copied_selects
        return self.luts - self.paired + more + self.shared_outputs + self.shared_bypasses


def count_positions(module: dict[str, Any]) -> LutPositions:
    """Occupied positions of a flattened module, as Yosys writes it in JSON.

    A flip-flop takes a sum or a carry directly, without the multiplexer.

    Args:
        module: with LUT1 to LUT6, LUT6_2, INV, CARRY4 or CARRY8 cells; others take no position.
    """
    return _Netlist(module).count()


class _Netlist:
    """Cells by what drives and reads each net."""

    def __init__(self, module: dict[str, Any]) -> None:
        self.cells = module["cells"]
        self.readers: dict[int, list[Pin]] = defaultdict(list)
        self.driver: dict[int, Pin] = {}
        for name, cell in self.cells.items():
            for pin, bits in cell["connections"].items():
                for index, bit in enumerate(bits):
                    if not isinstance(bit, int):
                        continue
                    if cell["port_directions"][pin] == "input":
                        self.readers[bit].append((name, pin, index))
                    else:
                        self.driver[bit] = name, pin, index
        for name, port in module["ports"].items():
            if port["direction"] == "output":
                for index, bit in enumerate(port["bits"]):
                    self.readers[bit].append((name, "port", index))
        self.carries = [n for n, cell in self.cells.items() if CARRY.fullmatch(cell["type"])]

    def count(self) -> LutPositions:
        luts = [n for n, c in self.cells.items() if LUT.fullmatch(c["type"]) or c["type"] == "INV"]
        steps = [step for name in self.carries for step in self._steps(name)]
        selecting: set[str] = set()
        copied = 0
        for name, index in steps:
            lut = self._select_lut(name, index)
            if lut in selecting or lut == "":
                copied += 1
            elif lut is not None:
                selecting.add(lut)
        free = [name for name in luts if name not in selecting and self._inputs(name) is not None]
        return LutPositions(
            luts=len(luts),
            paired=count_pairs([self._inputs(name) for name in free]),
            constant_selects=sum(self._select_lut(*step) is None for step in steps),
            copied_selects=copied,
            shared_outputs=sum(self._shares_output(*step) for step in steps),
            shared_bypasses=sum(self._shares_bypass(name) for name in self.carries),
            carry8=self._carry8(),
        )

    def _pin(self, cell: str, pin: str, index: int = 0) -> int | str:
        return self.cells[cell]["connections"].get(pin, ["0"] * (index + 1))[index]

    def _steps(self, carry: str) -> Iterator[tuple[str, int]]:
        """Steps of a carry cell that anything outside, or a later such step, depends on."""
        last = -1
        for index in range(len(self.cells[carry]["connections"]["S"])):
            if self.readers[self._pin(carry, "O", index)] or self.readers[
                self._pin(carry, "CO", index)
            ]:
                last = index
        yield from ((carry, index) for index in range(last + 1))

    def _select_lut(self, carry: str, index: int) -> str | None:
        """The LUT whose O6 is the select; None of a constant, "" of any other signal."""
        select = self._pin(carry, "S", index)
        if not isinstance(select, int):
            return None
        name, pin, _ = self.driver.get(select, ("", "", 0))
        is_lut = name and (LUT.fullmatch(self.cells[name]["type"]) or
                           self.cells[name]["type"] == "INV")
        return name if is_lut and pin in ("O", "O6") else ""

    def _shares_output(self, carry: str, index: int) -> int:
        """Outputs of a step, and O5 of its LUT, beyond the one that the multiplexer brings out."""
        outputs = [self._pin(carry, "O", index), self._pin(carry, "CO", index)]
        lut = self._select_lut(carry, index)
        if lut and self.cells[lut]["type"] == "LUT6_2":
            outputs.append(self._pin(lut, "O5"))
        leaving = sum(self._leaves(bit, carry) for bit in outputs)
        return max(leaving - 1, 0)

    def _leaves(self, bit: int | str, carry: str) -> bool:
        """Whether a net needs the multiplexer: it is read, and not only along the chain, by the
        data input of the same carry cell, or by one flip-flop."""
        readers = [
            (name, pin, index)
            for name, pin, index in self.readers[bit]
            if not (pin == "CI" or (name == carry and pin == "DI"))
        ]
        if len(readers) == 1 and readers[0][0] in self.cells:
            name, pin, _ = readers[0]
            return not (FLIP_FLOP.fullmatch(self.cells[name]["type"]) and pin == "D")
        return bool(readers)

    def _shares_bypass(self, carry: str) -> bool:
        """Whether carry in and first data input both come past the first LUT, on one pin."""
        data, select = self._pin(carry, "DI"), self._select_lut(carry, 0)
        if not isinstance(self._pin(carry, "CYINIT"), int) or not isinstance(data, int):
            return False
        return self.driver.get(data, ("", "", 0))[:2] != (select, "O5")

    def _inputs(self, lut: str) -> frozenset[int] | None:
        """Signals that a LUT reads; None of a LUT6_2, which is a pair already."""
        cell = self.cells[lut]
        if cell["type"] == "LUT6_2":
            return None
        pins = (bits[0] for pin, bits in cell["connections"].items() if pin.startswith("I"))
        return frozenset(bit for bit in pins if isinstance(bit, int))

    def _carry8(self) -> int:
        """Two CARRY4 in a row make one CARRY8; a chain's last one may be alone."""
        cells = 0
        follower = {self.driver[bit][0]: name for name in self.carries
                    if (bit := self._pin(name, "CI")) in self.driver}
        for name in self.carries:
            if self._pin(name, "CI") in self.driver:
                continue
            positions = 0
            while name is not None:
                positions += int(CARRY.fullmatch(self.cells[name]["type"])[1])
                name = follower.get(name)
            cells += -(-positions // 8)
        return cells
