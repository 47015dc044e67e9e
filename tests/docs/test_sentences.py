"""Sentences of README, changelog and docs are short enough to be taken in at once."""

import re

import pytest

from tests.docs.pages import PAGES, ROOT

LONGEST = 40
NOT_PROSE = ("    ", "|", "<!--", "#", "![")


def sentences(text):
    """Of prose and items, up to a full stop.

    Code, tables, headings and addresses of links are left out.
    """
    text = re.sub(r"```.*?```", "\n\n", text, flags=re.S)
    lines = ["" if line.lstrip().startswith("|") else line for line in text.splitlines()]
    kept = "\n".join(line for line in lines if not line.startswith(NOT_PROSE))
    for part in re.split(r"\n\s*\n|\n\s*(?=[-*] |\d+\. )", kept):
        part = re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "code", part))
        yield from re.split(r"(?<=[.!?])\s+", " ".join(part.split()))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_no_sentence_is_too_long(page):
    long = [s for s in sentences(page.read_text(encoding="utf-8")) if len(s.split()) > LONGEST]
    assert long == []


def test_a_long_sentence_is_seen():
    words = " ".join(["word"] * LONGEST)
    assert max(len(s.split()) for s in sentences(f"A {words}.\n\n- {words}.")) == LONGEST + 1


def test_the_readme_is_a_page():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 110
