"""What a bitstream sets in the device, compared with what was routed."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

Settings = dict[str, set[str]]

# The tool that unpacks leaves out what is so in an empty device, and has two names for the same
# bits in pads, PLLs and at the outputs of slices.
DEFAULT_TABLE = "INIT 1111111111111111"
AMBIGUOUS_TILES = ("PIC", "PIOT", "MIB")
SLICE_OUTPUT = "_SLICE"


class ConfigurationError(RuntimeError):
    """A bitstream does not hold what was routed."""


def read_configuration(path: Path) -> Settings:
    """Settings of each tile."""
    found: Settings = defaultdict(set)
    tile = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("."):
            tile = line
        elif line and not line.startswith("#"):
            found[tile].add(line)
    return dict(found)


def compare_configurations(routed: Settings, unpacked: Settings) -> int:
    """How many settings of the routed design the bitstream was found to hold.

    Compared are every routing arc and every table of a LUT, in both directions, in all tiles but
    those of pads.

    Raises:
        ConfigurationError: naming the first tile that differs.
    """
    compared = 0
    for tile, lines in routed.items():
        expected = _unambiguous(tile, lines)
        received = _unambiguous(tile, unpacked.get(tile, set()))
        if expected != received:
            missing, other = sorted(expected - received)[:3], sorted(received - expected)[:3]
            raise ConfigurationError(f"{tile}: routed {missing}, in the bitstream {other}")
        compared += len(expected)
    return compared


def _unambiguous(tile: str, lines: set[str]) -> set[str]:
    if any(f" {kind}" in tile or f":{kind}" in tile for kind in AMBIGUOUS_TILES):
        return set()
    arcs = {line for line in lines if line.startswith("arc:") and not line.endswith(SLICE_OUTPUT)}
    tables = {line for line in lines if ".INIT " in line and not line.endswith(DEFAULT_TABLE)}
    return arcs | tables
