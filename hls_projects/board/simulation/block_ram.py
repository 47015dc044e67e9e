"""A DP16KD that is only read, as tables and registers that Yosys knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Cell = dict[str, Any]

HALF_WORDS, HALF = 1024, 18
# Sixteen half-words stand in each of 64 parameters, 20 bits apart.
A_PARAMETER, APART = 16, 20
# Lowest address pin of a port's words, by their width.
LOWEST_PIN = {1: 0, 2: 1, 4: 2, 9: 3, 18: 4, 36: 5}
HIGHEST_PIN = 13
OFF = {"REGMODE": "NOREG", "CSDECODE": "0b000"}


class BlockRamError(ValueError):
    """A block RAM is used in a way that has no model here."""


class BlockRam:
    """A read port of a DP16KD whose other port neither writes nor is read.

    Port A with words of 1 to 18 bits, or port B with words of 36, whose lower half leaves at A.

    Args:
        cell: as nextpnr writes it.
        read: nets that something reads.

    Raises:
        BlockRamError: if it is written, both ports are read, or a setting has no model.
    """

    def __init__(self, cell: Cell, read: set[int]) -> None:
        self._cell, self._read = cell, read
        wide = self._width("A") == 36
        self.port = "B" if wide else "A"
        self.width = self._width(self.port)
        if self.width not in LOWEST_PIN or (self.width == 36) != wide:
            raise BlockRamError(f"words of {self.width} bits have no model")
        self._check_pins(wide)

    def _width(self, port: str) -> int:
        return int(self._cell["parameters"][f"DATA_WIDTH_{port}"], 2)

    def _check_pins(self, wide: bool) -> None:
        port, parameters = self.port, self._cell["parameters"]
        writes = self._constant("CEA") if wide else self._constant("WEA")
        levels = {"CE": 1, "RST": 0, "CS0": 0, "CS1": 0, "CS2": 0}
        wrong = [
            name for name, level in levels.items()
            if self._constant(name[:2] + port + name[2:] if name[:2] == "CS" else name + port)
            != level
        ]
        wrong += ["a write enable"] if writes != 0 else []
        wrong += [
            name for name, value in OFF.items()
            if parameters.get(f"{name}_{port}", value) != value
        ]
        if parameters.get(f"CLK{port}MUX") != f"CLK{port}" or parameters["GSR"] != "DISABLED":
            wrong.append("a clock or reset")
        if not wide and any(self._net(f"DOB{i}") in self._read for i in range(HALF)):
            wrong.append("a second port")
        if wrong:
            raise BlockRamError(f"a block RAM with {', '.join(wrong)} set so has no model")

    def _net(self, pin: str) -> int | None:
        return next(iter(self._cell["connections"].get(pin, ())), None)

    def _constant(self, pin: str) -> int | None:
        """The level of a pin that nothing drives: 1 where it is open, unless its setting says."""
        if self._net(pin) is not None:
            return None
        setting = self._cell["parameters"].get(f"{pin}MUX", pin).rstrip(" ")
        return {"0": 0, "1": 1, "INV": 0}.get(setting, 1)

    def words(self) -> list[int]:
        """Contents, word after word of the read port."""
        halves = []
        for number in range(HALF_WORDS // A_PARAMETER):
            text = self._cell["parameters"].get(f"INITVAL_{number:02X}", "0")
            value = int(text, 2)
            halves += [value >> APART * i & (1 << HALF) - 1 for i in range(A_PARAMETER)]
        if self.width == 36:
            return [low | high << HALF for low, high in zip(halves[::2], halves[1::2], strict=True)]
        if self.width == HALF:
            return halves
        nines = [half >> 9 * i & 0x1FF for half in halves for i in range(2)]
        # Words of fewer bits leave the ninth unused.
        mask = (1 << self.width) - 1
        places = range(0, self.width if self.width == 9 else 8, self.width)
        return [nine >> place & mask for nine in nines for place in places]

    def cells(self, new: Iterator[int]) -> Iterator[Cell]:
        """Cells of Yosys: for each output that is read a table of the address, and a register.

        Args:
            new: numbers of nets that nothing else has.
        """
        pins = range(LOWEST_PIN[self.width], HIGHEST_PIN + 1)
        nets = [self._net(f"AD{self.port}{pin}") for pin in pins]
        fixed = sum(
            (self._constant(f"AD{self.port}{pin}") or 0) << i for i, pin in enumerate(pins)
        )
        driven = [i for i, net in enumerate(nets) if net is not None]
        addresses = [
            fixed | sum((number >> place & 1) << i for place, i in enumerate(driven))
            for number in range(1 << len(driven))
        ]
        words = self.words()
        clock = self._net(f"CLK{self.port}")
        for bit, pin in enumerate(self._outputs()):
            output = self._net(pin)
            if output not in self._read:
                continue
            table = "".join(str(words[address] >> bit & 1) for address in reversed(addresses))
            data = next(new)
            yield _cell("$lut", {"WIDTH": len(driven), "LUT": table},
                        {"A": [nets[i] for i in driven], "Y": [data]}, ("Y",))
            yield _cell("$dff", {"WIDTH": 1, "CLK_POLARITY": 1},
                        {"CLK": [clock], "D": [data], "Q": [output]}, ("Q",))

    def _outputs(self) -> list[str]:
        if self.width == 36:
            return [f"DO{port}{i}" for port in "AB" for i in range(HALF)]
        return [f"DOA{i}" for i in range(self.width)]


def _cell(
    kind: str, parameters: dict[str, int | str], connections: dict[str, Any], outputs: tuple[str]
) -> Cell:
    values = {n: v if isinstance(v, str) else format(v, "032b") for n, v in parameters.items()}
    directions = {pin: "output" if pin in outputs else "input" for pin in connections}
    return {"hide_name": 1, "type": kind, "parameters": values, "attributes": {},
            "port_directions": directions, "connections": connections}
