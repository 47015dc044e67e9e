"""Verilog with one thing wrong."""

from __future__ import annotations

import re
from pathlib import Path

INIT = re.compile(r"(?<=INIT\()(\d+)'h([0-9a-f]+)\)\)")


def flipped_bit(text: str, table: int, bit: int) -> str:
    """The text with one bit of one LUT's table inverted."""
    found = list(INIT.finditer(text))[table]
    width = int(found[1])
    value = int(found[2], 16) ^ (1 << bit % width)
    return f"{text[:found.start()]}{width}'h{value:x})){text[found.end():]}"


def swapped_pins(text: str, cell: int) -> str:
    """The text with the wires of pins I0 and I1 of one LUT exchanged."""
    found = list(re.finditer(r"\.I0\((\S+?)\), \.I1\((\S+?)\)", text))[cell]
    swapped = f".I0({found[2]}), .I1({found[1]})"
    return text[: found.start()] + swapped + text[found.end() :]


def tables(text: str) -> int:
    """How many LUTs there are."""
    return len(INIT.findall(text))


def written(folder: Path, text: str) -> Path:
    path = folder / "broken.v"
    path.write_text(text)
    return path
