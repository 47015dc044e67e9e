import re

import pytest

from reports.pages.page import Page, Plot, Section
from reports.pages.page_html import page_html
from reports.pages.page_markdown import page_markdown
from reports.pages.table import Column, Table
from reports.plots.svg import draw_svg
from reports.records.record import Figure, Source
from reports.records.spread import Spread, percent_text
from tests.reports.html_reader import read

HOSTILE = "<script>alert(1)</script>\"'&|`[x](http://evil.example)"


def page(name="net", title="A page"):
    columns = (
        Column("name", "Name", left=True),
        Column("accuracy", "Accuracy", percent_text),
        Column("luts", "LUTs", lambda figure: figure.text("LUT")),
    )
    rows = (
        (name, Spread(0.98765, 0.001, 3), Figure(12_345, "LUT", Source.YOSYS)),
        ("a name that is long enough to be broken into lines", None, None),
    )
    table = Table("Table", columns, rows, (f"About {name}",))
    svg = draw_svg(3, 2, lambda figure: figure.subplots().plot([0, 1], "#0072B2"))
    plots = (Plot("one", f"Plot of {name}", svg, "caption"), Plot("two", "Two", svg, wide=True))
    sections = (Section("Results", (f"Of {name}",), (table,), plots), Section("Empty"))
    return Page(title, (f"Introduces {name}",), sections)


def test_the_html_page_is_whole_and_needs_nothing_else():
    document = page_html(page())
    reader = read(document)
    assert document.startswith("<!DOCTYPE html>") and reader.tags.count("svg") == 2
    for tag, name, value in reader.attributes:
        assert name not in ("src", "srcset", "action", "data"), tag
        if name in ("href", "xlink:href"):
            assert value == "data:," or value.startswith("#")
    assert not re.search(r"https?://|url\(['\"]?[^#'\"]|@import|fetch\(|XMLHttp", document)
    ids = [value for _, name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_every_column_head_is_a_button_and_cells_carry_what_they_sort_by():
    document = page_html(page())
    assert len(re.findall(r'<th scope="col"[^>]* aria-sort="none"><button type="button">',
                          document)) == 3
    assert '<td data-sort="0.98765">98.77 ± 0.10</td>' in document
    assert '<td data-sort="12345.0">12,345 (yosys)</td>' in document
    assert "<td>n/a</td>" in document
    assert '<td class="left">net</td>' in document and '<td class="left long">a name' in document
    assert "tabular-nums" in document and "prefers-color-scheme: dark" in document


def test_hostile_names_are_text():
    document = page_html(page(HOSTILE, HOSTILE))
    reader = read(document)
    assert reader.tags.count("script") == 1 and "img" not in reader.tags
    text = "".join(reader.text)
    for sentence in ("Introduces ", "About ", "Of ", "Plot of ", ""):
        assert sentence + HOSTILE in text


def test_markdown_has_the_same_tables_and_links_its_plots():
    text = page_markdown(page(), "plots")
    assert text.startswith("# A page\n\nIntroduces net\n\n## Results\n\nOf net\n\n### Table\n")
    assert "| net | 98.77 ± 0.10 | 12,345 (yosys) |" in text
    assert "![Plot of net](plots/one.svg)\n\ncaption\n" in text and "Empty" not in text


def test_markdown_escapes_hostile_names():
    text = page_markdown(page(HOSTILE, HOSTILE), "plots")
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)\]\(http", text)


@pytest.mark.parametrize("title", ["", "Results"])
def test_a_tables_title_is_not_said_twice(title):
    table = Table(title or "Other", (Column("a", "A"),), ((1,),))
    made = Page("P", (), (Section("Results", tables=(table,)),))
    assert ('class="repeated"' in page_html(made)) == (title == "Results")
    assert ("### " in page_markdown(made, "x")) == (title != "Results")
