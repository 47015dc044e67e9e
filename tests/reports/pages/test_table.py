"""Tables in their four forms."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from reports.pages.table import Column, Link, Table, escape_markdown

COLUMNS = (Column("name", "Layer", left=True), Column("bits", "Bits", "{:,d}".format))


def table(*rows: tuple, footnotes: tuple[str, ...] = ()) -> Table:
    return Table("Sizes", COLUMNS, rows, footnotes)


def printed(value: Table, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(value.to_rich())
    return console.file.getvalue()


def test_markdown() -> None:
    text = table(("dense_1", 1234), ("x|y", None), footnotes=("a|b",)).to_markdown()
    assert text.splitlines() == [
        "| Layer | Bits |",
        "| :--- | ---: |",
        "| dense_1 | 1,234 |",
        r"| x\|y | n/a |",
        "",
        r"a\|b",
    ]


def test_csv_is_unrounded_and_quoted() -> None:
    text = table(("a,b", 1234), ('say "x"', None)).to_csv()
    assert text == 'name,bits\n"a,b",1234\n"say ""x""",n/a\n'
    assert list(csv.reader(io.StringIO(text)))[1] == ["a,b", "1234"]


def test_records_keep_what_is_missing_as_none() -> None:
    assert table(("a", None)).to_records() == [{"name": "a", "bits": None}]


def test_terminal_shows_names_as_they_are() -> None:
    text = printed(table(("[red]a[/red]", None), footnotes=("[b]",)))
    assert "[red]a[/red]" in text
    assert "n/a" in text
    assert "[b]" in text


def test_zero_is_not_missing() -> None:
    assert "| a | 0 |" in table(("a", 0)).to_markdown()


def test_table_without_rows() -> None:
    assert table().to_markdown() == "| Layer | Bits |\n| :--- | ---: |\n"
    assert "Layer" in printed(table())


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("a\nb\r\nc", "a b c"),
        ("dense_1", "dense_1"),
        ("_private_", r"\_private\_"),
        ("*a* `b` <c> $d$", r"\*a\* \`b\` \<c\> \$d\$"),
        ("[1, 2]", "[1, 2]"),
        ("[a](b)", r"[a\](b)"),
        ("&lt; R&D", r"\&lt; R&D"),
        ("a\\|b", r"a\\\|b"),
    ],
)
def test_escaping(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@settings(deadline=None)
@given(st.text())
def test_any_name_stays_in_its_cell(name: str) -> None:
    row = table((name, 1)).to_markdown().split("\n")[2]
    assert row.replace("\\\\", "").replace("\\|", "").count("|") == 3


def test_cells_must_fit_the_columns() -> None:
    with pytest.raises(ValueError, match="2 cells each. Received: \\('a',\\)"):
        table(("a",))
    with pytest.raises(ValueError, match="distinct keys"):
        Table("x", (COLUMNS[0], COLUMNS[0]), ())
    with pytest.raises(ValueError, match="distinct keys"):
        Table("x", (), ())


def test_a_link_is_text_with_an_address_where_pages_link():
    table = Table("T", (Column("a", "A", left=True),), ((Link("a|b", "https://arxiv.org/abs/1"),),))
    assert table.texts() == [["a|b"]] and table.to_csv() == "a\na|b\n"
    assert "| [a\\|b](https://arxiv.org/abs/1) |" in table.to_markdown()


@pytest.mark.parametrize("url", ["http://a.b", "https://a b", "javascript:x", "https://a.b/(c)"])
def test_other_addresses_are_refused(url):
    with pytest.raises(ValueError, match="must be a plain https address"):
        Link("text", url)
