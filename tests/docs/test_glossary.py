"""The glossary can be looked things up in: in order, short, of words that are used."""

import re

from tests.docs.pages import PAGES, ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
TEXT = GLOSSARY.read_text(encoding="utf-8")
ENTRIES = re.findall(r"^- \*\*(.+?)\*\*: (.+?)(?=\n- |\n*\Z)", TEXT, re.M | re.S)
TERMS = [term for heads, _ in ENTRIES for term in heads.split(", ")]


def letters(term):
    return re.sub(r"[^a-z0-9]", "", term.lower())


def test_terms_are_in_order_and_stand_once():
    heads = [letters(heads.split(", ")[0]) for heads, _ in ENTRIES]
    assert heads == sorted(heads) and len(set(TERMS)) == len(TERMS)
    assert len(ENTRIES) == TEXT.count("\n- ")


def test_an_entry_has_two_lines_at_most():
    assert [heads for heads, text in ENTRIES if text.count("\n") > 1] == []


def test_other_pages_use_every_term():
    others = " ".join(page.read_text(encoding="utf-8") for page in PAGES if page != GLOSSARY)
    words = re.sub(r"[\s_-]+", " ", others).lower()
    plain = {term: re.sub(r"[\s_-]+", " ", re.sub(r" [ητλ]$", "", term)).lower() for term in TERMS}
    assert [term for term, words_of in plain.items() if words_of not in words] == []
