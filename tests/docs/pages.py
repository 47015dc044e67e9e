"""Markdown pages as what a reader would run: blocks in order, and commands within sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = ("python", "yaml", "text")
# Why the commands of a block are not run by default.
REASONS = ("minutes", "hours", "gpu", "vendor", "install", "board")
# Why those within sentences are not.
INLINE = "inline"
TAG = re.compile(r"<!-- not run: (.+) -->")
# What makes code within a sentence a command, whose first word may be left out.
WITHIN_SENTENCE = re.compile(
    r"`((?:[A-Z_]+=\S+ )?(?:python|make|pip|train\.py|convert\.py)\s[^`]+)`"
)


@dataclass(frozen=True)
class Command:
    """One command of a page, its line and why it is not run, if it is not."""

    page: str
    line: int
    text: str
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Block:
    """A fenced or indented block; an indented one is shell, a command a line.

    Args:
        page: its path in the checkout.
        line: that of its first line of text, from 1.
        language: shell, or one of LANGUAGES.
        text: what it holds.
        reasons: why it is not run: one for all of its commands, or one for each.
    """

    page: str
    line: int
    language: str
    text: str
    reasons: tuple[str, ...] = ()

    @property
    def commands(self) -> list[Command]:
        """What a shell block runs; a backslash continues a line.

        Raises:
            ValueError: if there are several reasons, and not as many as commands.
        """
        lines: list[tuple[int, str]] = []
        continued = False
        for number, text in enumerate(self.text.splitlines(), self.line):
            if continued:
                number, before = lines.pop()
                text = before.removesuffix("\\") + text.strip()
            lines.append((number, text))
            continued = text.endswith("\\")
        reasons: Sequence[str | None] = self.reasons or (None,)
        if len(reasons) == 1:
            reasons = list(reasons) * len(lines)
        if len(reasons) != len(lines):
            raise ValueError(
                f"{self.page}:{self.line}: `not run` must give one reason, or one for each of "
                f"{len(lines)} commands. Received: {', '.join(self.reasons)}"
            )
        return [Command(self.page, *line, why) for line, why in zip(lines, reasons, strict=True)]


def read_blocks(path: Path) -> list[Block]:
    """The blocks of a page, in order."""
    return list(parse(path.read_text(encoding="utf-8"), relpath(path, ROOT)))


def parse(text: str, page: str) -> Iterator[Block]:
    """The blocks of a page's text.

    Raises:
        ValueError: if a fence has another language, or a tag another reason, than there are.
    """
    lines = text.splitlines()
    number, reasons = 0, ()
    while number < len(lines):
        line = lines[number]
        if tag := TAG.fullmatch(line):
            reasons = tuple(_checked(tag[1].split(", "), REASONS, f"{page}:{number + 1}"))
        elif line.startswith("```"):
            (language,) = _checked([line[3:]], LANGUAGES, f"{page}:{number + 1}")
            end = lines.index("```", number + 1)
            inside = "\n".join(lines[number + 1 : end])
            yield Block(page, number + 2, language, inside, reasons)
            number, reasons = end, ()
        elif line.startswith("    "):
            end = next((n for n in range(number, len(lines)) if not lines[n][:4].isspace()), None)
            inside = "\n".join(text[4:] for text in lines[number:end])
            yield Block(page, number + 1, "shell", inside, reasons)
            number, reasons = (end or len(lines)) - 1, ()
        number += 1


def _checked(found: Sequence[str], allowed: Sequence[str], place: str) -> Sequence[str]:
    for one in found:
        if one not in allowed:
            raise ValueError(f"{place}: one of {', '.join(allowed)} is allowed. Received: {one!r}")
    return found


def inline_commands(path: Path) -> list[Command]:
    """Commands that stand within the sentences of a page."""
    page, text = relpath(path, ROOT), path.read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", _blank, text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^    .*", "", text, flags=re.MULTILINE)
    return [
        Command(page, text.count("\n", 0, match.start()) + 1, " ".join(match[1].split()), INLINE)
        for match in WITHIN_SENTENCE.finditer(text)
    ]


def _blank(match: re.Match[str]) -> str:
    """As many lines, without text, so that lines are counted as the page has them."""
    return "\n" * match[0].count("\n")
