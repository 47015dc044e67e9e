"""Published networks that ours stand beside, by data set."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.pages.table import Column, Link, Table
from reports.records.record import number_text

DATA = Path(__file__).with_name("published.json")


@dataclass(frozen=True)
class PublishedDesign:
    """A network as its authors report it, its LUTs from a vendor's tool.

    Args:
        name: what its authors call it.
        accuracy: on the test set, in percent.
        luts: LUT6 cells; None of a network in software, or where they are not known.
        reference: whose figures these are.
        url: where those stand; empty if that is not known.
        latency_ns: of one sample; None where it is not known.
        note: what the LUTs leave out or need besides, speed, device; may be empty.
    """

    name: str
    accuracy: float
    luts: int | None
    reference: str
    latency_ns: float | None = None
    url: str = ""
    note: str = ""


def published_data() -> tuple[str, ...]:
    """The data sets that there are published networks for."""
    return tuple(_content())


def published_designs(data: str) -> tuple[PublishedDesign, ...]:
    """All networks for a data set, fewest LUTs first, then those without.

    Raises:
        ValueError: if nothing is published for the data set.
    """
    designs = [PublishedDesign(**entry) for entry in _of(data)["designs"]]
    return tuple(sorted(designs, key=lambda design: (design.luts is None, design.luts or 0)))


def published_table(data: str) -> Table:
    """The published networks, as the plot of accuracy against LUTs shows those with LUTs."""
    columns = (
        Column("name", "Design", left=True),
        Column("accuracy", "Test accuracy (%)", "{:.2f}".format),
        Column("luts", "LUTs (vendor tool)", number_text),
        Column("latency_ns", "Latency (ns)", number_text),
        Column("reference", "Reference", left=True),
        Column("note", "Note", left=True),
    )
    rows = tuple(
        (design.name, design.accuracy, design.luts, design.latency_ns,
         Link(design.reference, design.url) if design.url else design.reference,
         design.note or "–")
        for design in published_designs(data)
    )
    return Table("Published designs", columns, rows, (_of(data)["note"],))


def _of(data: str) -> dict[str, Any]:
    content = _content()
    if data not in content:
        raise ValueError(f"`data` must be one of {', '.join(content)}. Received: {data!r}")
    return content[data]


def _content() -> dict[str, dict[str, Any]]:
    return json.loads(DATA.read_text(encoding="utf-8"))
