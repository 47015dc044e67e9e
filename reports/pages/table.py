"""Tables as Markdown, CSV, JSON records and, through rich, in the terminal."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.records.record import NOT_AVAILABLE

if TYPE_CHECKING:
    import rich.table


class Link(str):
    """Text of a cell that leads to an address where a page can link.

    Args:
        text: that people read.
        url: https://….

    Raises:
        ValueError: for another kind of address, or one that Markdown could not hold.
    """

    url: str

    def __new__(cls, text: str, url: str) -> Link:
        if not re.fullmatch(r"https://[\w./:-]+", url):
            raise ValueError(f"`url` must be a plain https address. Received: {url!r}")
        link = super().__new__(cls, text)
        link.url = url
        return link


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        key: name in CSV and JSON.
        label: heading for people.
        text: how a cell that is not None is written for people.
        left: aligned left, as text is; right otherwise, as numbers are.
    """

    key: str
    label: str
    text: Callable[[Any], str] = str
    left: bool = False


@dataclass(frozen=True)
class Table:
    """Columns and rows; a cell of None reads ``n/a`` everywhere but in JSON, where it is null.

    Args:
        title: heading, for people.
        columns: at least one.
        rows: as many cells each as there are columns.
        footnotes: sentences below the table, for people.

    Raises:
        ValueError: if there is no column, two have the same key or a row has another length.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    footnotes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) < len(keys):
            raise ValueError(f"`columns` must have distinct keys. Received: {keys}")
        for row in self.rows:
            if len(row) != len(keys):
                raise ValueError(f"`rows` must have {len(keys)} cells each. Received: {row!r}")

    def texts(self) -> list[list[str]]:
        """Every cell as people read it."""
        return [
            [NOT_AVAILABLE if cell is None else column.text(cell) for column, cell in pairs]
            for pairs in (zip(self.columns, row, strict=True) for row in self.rows)
        ]

    def to_markdown(self) -> str:
        """A GitHub-flavoured Markdown table and its footnotes, ending in a newline."""
        labels = [escape_markdown(column.label) for column in self.columns]
        cells = [
            [_markdown_cell(text, cell) for text, cell in zip(texts, row, strict=True)]
            for texts, row in zip(self.texts(), self.rows, strict=True)
        ]
        header, *body = ["| " + " | ".join(line) + " |" for line in [labels, *cells]]
        rule = "| " + " | ".join(":---" if c.left else "---:" for c in self.columns) + " |"
        notes = [f"\n{escape_markdown(note)}" for note in self.footnotes]
        return "\n".join([header, rule, *body, *notes]) + "\n"

    def to_csv(self) -> str:
        """Keys and unrounded cells, comma separated, with newlines of one character."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(column.key for column in self.columns)
        for row in self.rows:
            writer.writerow(NOT_AVAILABLE if cell is None else cell for cell in row)
        return buffer.getvalue()

    def to_records(self) -> list[dict[str, Any]]:
        """One dict a row, for JSON."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def to_rich(self) -> rich.table.Table:
        """The table for a terminal; cells are plain text, never markup."""
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        notes = Text("\n".join(self.footnotes)) if self.footnotes else None
        table = RichTable(
            title=Text(self.title),
            title_justify="left",
            caption=notes,
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            padding=0,
            pad_edge=False,
            show_edge=False,
        )
        lines = self.texts()
        for place, column in enumerate(self.columns):
            heading = _folded(column.label, [line[place] for line in lines])
            table.add_column(Text(heading), justify="left" if column.left else "right")
        for line in lines:
            table.add_row(*map(Text, line))
        return table


def _markdown_cell(text: str, cell: Any) -> str:
    escaped = escape_markdown(text)
    return f"[{escaped}]({cell.url})" if isinstance(cell, Link) else escaped


def _folded(label: str, cells: list[str]) -> str:
    """The label in lines as narrow as its column's cells and its own words allow."""
    width = max(map(len, [*cells, *label.split()]), default=0)
    return textwrap.fill(label, width) if label else label


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is, also within a table: one line, nothing marks it up."""
    text = re.sub(r"([\\`*|<>$]|\](?=\()|~(?=~)|&(?=#?\w+;))", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])", r"\\_", text)
