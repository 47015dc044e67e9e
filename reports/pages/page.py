"""What a comparison page holds, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass

from reports.pages.table import Table


@dataclass(frozen=True)
class Image:
    """A picture in a file of its own, for what is no plot.

    Args:
        file: relative to the page.
        title: for who cannot see it.
    """

    file: str
    title: str


@dataclass(frozen=True)
class Plot:
    """A plot with what it shows.

    Args:
        name: of its file, without suffix; letters, digits, ``-`` and ``_`` only, unique in a page.
        title: heading and text for who cannot see it.
        svg: the SVG document.
        caption: what is drawn and where its figures come from.
        wide: too wide to read on a phone, where it scrolls in its own frame.
    """

    name: str
    title: str
    svg: str
    caption: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A heading and, below it, paragraphs, tables, code, images and plots in this order.

    Args:
        title: the heading.
        paragraphs, tables, images, plots: what stands below it.
        code: lines that are shown as they are.
        folded: whether that is only seen once the heading is clicked, where a page can do that.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    code: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    folded: bool = False

    @property
    def empty(self) -> bool:
        parts = self.paragraphs, self.tables, self.plots, self.code, self.images
        return not any(parts)


@dataclass(frozen=True)
class Page:
    """Title, introductory paragraphs, sections; empty sections are left out."""

    title: str
    introduction: tuple[str, ...]
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        kept = tuple(section for section in self.sections if not section.empty)
        object.__setattr__(self, "sections", kept)
