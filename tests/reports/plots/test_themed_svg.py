import re

from reports.plots.svg import COLORS, draw_svg, plain_label
from reports.plots.themed_svg import inline_svg
from reports.plots.training_plots import SHADES

HOSTILE = '_<script>alert("$x$")</script> --> #0072b2 id="a"'


def plot():
    def paint(figure):
        axes = figure.subplots()
        for place, color in enumerate((*COLORS, *SHADES)):
            axes.plot([0, 1], [0, place], "o-", color=color, label=plain_label(HOSTILE))
        axes.legend()

    return draw_svg(4, 3, paint)


def test_colours_follow_the_theme_and_nothing_refers_outside():
    svg = inline_svg(plot(), "one", "a title")
    assert svg.startswith('<svg role="img" aria-label="a title"')
    assert not re.search(r"(style|fill|stroke)=[^>]*#[0-9a-f]{6}", svg)
    for name in ("series-0", "series-5", "shade-3", "page", "rule"):
        assert f"var(--{name})" in svg
    assert "http" not in svg and "<style" not in svg and "<metadata" not in svg
    assert not re.search(r'<svg[^>]* (width|height)="', svg)


def test_ids_of_two_plots_differ_and_every_reference_is_there():
    one, two = inline_svg(plot(), "one", ""), inline_svg(plot(), "two", "")
    ids = set(re.findall(r'\bid="([^"]*)"', re.sub(">[^<]*<", "><", one)))
    assert ids and all(name.startswith("one-") for name in ids)
    assert not ids & set(re.findall(r'\bid="([^"]*)"', two)) - {"a"}
    references = re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', one)
    assert references and {a or b for a, b in references} <= ids


def test_labels_are_shown_as_they_are():
    svg = inline_svg(plot(), "one", '"<b>"')
    assert "<script" not in svg and 'aria-label="&#34;&lt;b&gt;&#34;"' in svg
    shown = "\u200b" + HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    assert svg.count(shown) == len(COLORS) + len(SHADES)
