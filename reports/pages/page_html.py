"""A page as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

from numbers import Real
from pathlib import Path
from typing import Any

from reports.pages.page import Page
from reports.pages.table import Column, Link, Table
from reports.plots.themed_svg import inline_svg
from reports.records.record import Figure
from reports.records.spread import Spread

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = "sort_tables.js", "open_sections.js"
LONG = 30
"""Characters of a text that may be broken into lines."""


def page_html(page: Page) -> str:
    """The HTML document: text escaped, plots inline, tables that sort by their column heads."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        page=page,
        rows=_rows,
        inline_svg=lambda plot: Markup(inline_svg(plot.svg, plot.name, plot.title)),
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        script=Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)),
    )


def _rows(table: Table) -> list[list[dict[str, Any]]]:
    """Text, link, sort key and CSS class of every cell."""
    return [
        [
            {"text": text, "url": cell.url if isinstance(cell, Link) else None,
             "key": _sort_key(cell), "style": _style(text, column)}
            for text, cell, column in zip(texts, row, table.columns, strict=True)
        ]
        for texts, row in zip(table.texts(), table.rows, strict=True)
    ]


def _style(text: str, column: Column) -> str:
    if not column.left:
        return ""
    return "left long" if len(text) > LONG else "left"


def _sort_key(cell: Any) -> str | None:
    """What a cell sorts by: a number in full, None for text, which sorts as it reads."""
    if isinstance(cell, Spread):
        cell = cell.mean
    if isinstance(cell, Figure):
        cell = cell.value
    return repr(float(cell)) if isinstance(cell, Real) else None
