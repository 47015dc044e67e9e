"""A page as Markdown, its plots beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from reports.pages.page import Page, Section
from reports.pages.table import escape_markdown


def page_markdown(page: Page, plots: str) -> str:
    """The Markdown document.

    Args:
        plots: folder of the plots' SVG files, relative to the document; "" if they are beside it.
    """
    paragraphs = [f"# {escape_markdown(page.title)}", *map(escape_markdown, page.introduction)]
    for section in page.sections:
        paragraphs += _section(section, plots)
    return "\n\n".join(paragraphs) + "\n"


def _section(section: Section, plots: str) -> Iterator[str]:
    yield f"## {escape_markdown(section.title)}"
    yield from map(escape_markdown, section.paragraphs)
    for table in section.tables:
        if table.title != section.title:
            yield f"### {escape_markdown(table.title)}"
        yield table.to_markdown().rstrip("\n")
    if section.code:
        yield "\n".join(f"    {line}" for line in section.code)
    for image in section.images:
        yield f"![{_alternative(image.title)}]({image.file})"
    for plot in section.plots:
        yield f"### {escape_markdown(plot.title)}"
        yield f"![{_alternative(plot.title)}]({PurePosixPath(plots, plot.name)}.svg)"
        if plot.caption:
            yield escape_markdown(plot.caption)


def _alternative(title: str) -> str:
    """Text for who cannot see a picture."""
    return escape_markdown(title).replace("[", r"\[").replace("]", r"\]")
