"""SVG plots inside an HTML page: their colours follow the page's light or dark theme."""

from __future__ import annotations

import re

from reports.plots.svg import COLORS
from reports.plots.training_plots import SHADES

_THEMED = {
    **{color.lower(): f"var(--series-{place})" for place, color in enumerate(COLORS)},
    **{shade.lower(): f"var(--shade-{place})" for place, shade in enumerate(SHADES)},
    "#000000": "currentColor",
    "#dddddd": "var(--grid)",
    "#cccccc": "var(--rule)",
    "#ffffff": "var(--page)",
}


def inline_svg(svg: str, name: str, title: str) -> str:
    """An ``<svg>`` element to stand in an HTML page.

    Args:
        svg: document of ``reports.plots.svg.draw_svg``.
        name: put before every id, so that several plots can share a page.
        title: for who cannot see it; plain text.
    """
    from markupsafe import escape

    element = svg[svg.index("<svg") :]
    for part in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<!--.*?-->"):
        element = re.sub(part, "", element, flags=re.DOTALL)
    element = re.sub(r"<[^>]+>", lambda tag: _themed_tag(tag[0], name), element)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)


def _themed_tag(tag: str, name: str) -> str:
    """One tag with its references renamed and its colours named; text is left alone."""
    tag = re.sub(r' xmlns(:xlink)?="[^"]*"', "", tag)
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    tag = re.sub(r'xlink:href="#', f'href="#{name}-', tag)
    tag = re.sub(r"url\(#", f"url(#{name}-", tag)
    if tag.startswith("<svg"):
        tag = re.sub(r' (width|height)="[^"]*"', "", tag)
    return re.sub(r"#[0-9a-f]{6}\b", lambda color: _THEMED.get(color[0], color[0]), tag)
