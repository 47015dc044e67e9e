"""Published FPGA designs for MNIST that ours stand beside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from reports.record import number_text
from reports.table import Column, Table

DATA = Path(__file__).with_name("published.json")


@dataclass(frozen=True)
class PublishedDesign:
    """A design as its authors report it, from a vendor's tool.

    Args:
        name: what its authors call it.
        accuracy: on MNIST's test set, in percent.
        luts: LUT6 cells.
        reference: whose figures these are.
        note: what the LUTs leave out or need besides; may be empty.
    """

    name: str
    accuracy: float
    luts: int
    reference: str
    note: str = ""


def published_designs() -> tuple[PublishedDesign, ...]:
    """All designs of published.json, fewest LUTs first."""
    designs = [PublishedDesign(**entry) for entry in _content()["designs"]]
    return tuple(sorted(designs, key=lambda design: design.luts))


def published_table() -> Table:
    """The published designs, as the plot of accuracy against LUTs shows them."""
    columns = (
        Column("name", "Design", left=True),
        Column("accuracy", "Test accuracy (%)", "{:.2f}".format),
        Column("luts", "LUTs (vendor tool)", number_text),
        Column("reference", "Reference", left=True),
        Column("note", "Note", left=True),
    )
    rows = tuple(
        (design.name, design.accuracy, design.luts, design.reference, design.note or "–")
        for design in published_designs()
    )
    return Table("Published designs", columns, rows, (_content()["note"],))


def _content() -> dict:
    return json.loads(DATA.read_text(encoding="utf-8"))
