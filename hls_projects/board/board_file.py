"""A board: its device, and which pins are clock, serial line and LED; one YAML file each."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

BOARDS = Path(__file__).parent / "boards"
# Options of nextpnr's devices, and LUT4s (as many flip-flops) of each.
DEVICES = {
    "LFE5U-12F": ("--12k", 24_288),
    "LFE5U-25F": ("--25k", 24_288),
    "LFE5U-45F": ("--45k", 43_848),
    "LFE5U-85F": ("--85k", 83_640),
    "LFE5UM-25F": ("--um-25k", 24_288),
    "LFE5UM-45F": ("--um-45k", 43_848),
    "LFE5UM-85F": ("--um-85k", 83_640),
    "LFE5UM5G-25F": ("--um5g-25k", 24_288),
    "LFE5UM5G-45F": ("--um5g-45k", 43_848),
    "LFE5UM5G-85F": ("--um5g-85k", 83_640),
}
PACKAGES = "CABGA256", "CSFBGA285", "CABGA381", "CABGA554", "CABGA756"
SPEEDS = 6, 7, 8
PIN = re.compile(r"[A-Z]{1,2}\d{1,2}")
VOLTAGES = "LVCMOS33", "LVCMOS25", "LVCMOS18", "LVCMOS15", "LVCMOS12"


@dataclass(frozen=True)
class BoardFile:
    """What is known of a board.

    Args:
        name: of the board.
        device: of DEVICES.
        package, speed: of the device; its speed grade is 6, 7 or 8.
        clock, megahertz: the pin of the board's oscillator, and its frequency.
        rx, tx: pins of the serial line; the FPGA reads rx.
        led: the pin of an LED; led_on: the level, 0 or 1, at which it is lit.
        baud: bits a second of the serial line.
        standard: input and output standard of these pins.
        load: the command that loads {bitstream}.
        source: where the pins are from.
        high: pins that must be driven high, for the board to go on.

    Raises:
        ValueError: for another device, package or speed grade, or what is no pin.
    """

    name: str
    device: str
    package: str
    speed: int
    clock: str
    megahertz: float
    rx: str
    tx: str
    led: str
    load: str
    source: str
    led_on: int = 1
    baud: int = 115_200
    standard: str = "LVCMOS33"
    high: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        allowed = {
            "device": tuple(DEVICES), "package": PACKAGES, "speed": SPEEDS, "led_on": (0, 1),
            "standard": VOLTAGES,
        }
        for name, values in allowed.items():
            if (value := getattr(self, name)) not in values:
                names = ", ".join(map(str, values))
                raise ValueError(f"`{name}` must be one of {names}. Received: {value!r}")
        for name in ("clock", "rx", "tx", "led"):
            _check_pin(name, getattr(self, name))
        for pin in self.high:
            _check_pin("high", pin)
        pins = (self.clock, self.rx, self.tx, self.led, *self.high)
        if len(set(pins)) != len(pins):
            raise ValueError(f"each pin must have one use. Received: {', '.join(pins)}")
        if not 4 <= self.megahertz <= 400:
            raise ValueError(f"`megahertz` must be 4 to 400. Received: {self.megahertz!r}")
        if not 1200 <= self.baud <= 12_000_000:
            raise ValueError(f"`baud` must be 1,200 to 12,000,000. Received: {self.baud!r}")
        if "{bitstream}" not in self.load:
            raise ValueError(f"`load` must name {{bitstream}}. Received: {self.load!r}")

    @property
    def cells(self) -> int:
        """LUT4s of the device, and as many flip-flops."""
        return DEVICES[self.device][1]

    @classmethod
    def read(cls, path: Path) -> BoardFile:
        """The board of a YAML file, whose name it takes.

        Raises:
            ValueError: naming the file and what is wrong.
        """
        try:
            described = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(**_checked(described, path.stem))
        except (ValueError, yaml.YAMLError) as error:
            raise ValueError(f"{path} describes no board: {error}") from None


def _check_pin(name: str, pin: Any) -> None:
    if not isinstance(pin, str) or not PIN.fullmatch(pin):
        raise ValueError(f"`{name}` must be a pin of the package, as in G2. Received: {pin!r}")


def _checked(described: Any, name: str) -> dict[str, Any]:
    """Arguments of BoardFile from a file's mapping."""
    if not isinstance(described, dict):
        raise ValueError("it must be names and values, as in `device: LFE5U-12F`")
    known = [field.name for field in fields(BoardFile) if field.name != "name"]
    missing = [
        field.name for field in fields(BoardFile)
        if field.default is MISSING and field.name not in (*described, "name")
    ]
    unknown = [key for key in described if key not in known]
    if unknown or missing:
        wrong = f"unknown {unknown}" if unknown else f"without {missing}"
        raise ValueError(f"it must have {', '.join(known)}. Received: {wrong}")
    types = {"megahertz": (int, float), "speed": int, "baud": int, "led_on": int, "high": list}
    for key, value in described.items():
        if not isinstance(value, types.get(key, str)) or isinstance(value, bool):
            raise ValueError(f"`{key}` has a value of another type. Received: {value!r}")
    return {"name": name, **described, "high": tuple(described.get("high", ()))}


def board_names() -> list[str]:
    """Names of the boards that come with the package."""
    return sorted(path.stem for path in BOARDS.glob("*.yaml"))


def find_board(name: str) -> BoardFile:
    """The board of a name, or of a YAML file.

    Raises:
        ValueError: if there is none, or the file describes none.
    """
    if name in board_names():
        return BoardFile.read(BOARDS / f"{name}.yaml")
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return BoardFile.read(path)
    known = ", ".join(board_names())
    raise ValueError(f"`--board` must be one of {known}, or a .yaml file. Received: {name!r}")
