"""The firmware's C++ as tokens, and where each function stands in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TOKEN = re.compile(
    r'"[^"\n]*"|[A-Za-z_]\w*|\d+\.\d*|\d+|::|<<|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%]=|\S'
)
WORD = re.compile(r"[A-Za-z_]\w*")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.M)
# What a preprocessor may do without changing what is read: include once, and be told pragmas.
HARMLESS = re.compile(
    r"[ \t]*#[ \t]*(pragma\b.*|include\b.*|endif\b.*|ifndef[ \t]+(\w+_H_?|__SYNTHESIS__)[ \t]*"
    r"|define[ \t]+\w+_H_?[ \t]*)"
)
PACK = re.compile(r"\bPRAGMA_DATA_PACK\(\w+\)")


class UnreadError(ValueError):
    """C++ that is none of what the checker reads."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function: its type's tokens, its name, its size if it is an array."""

    type: tuple[str, ...]
    name: str
    size: int | None


@dataclass(frozen=True, eq=False)
class Definition:
    """A function of the firmware.

    Attributes:
        name: without namespace.
        result: tokens of the type that it returns.
        template: names of its template parameters.
        parameters: in order.
        body: tokens between its braces.
    """

    name: str
    result: tuple[str, ...]
    template: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]

    @cached_property
    def straight(self) -> bool:
        """Whether it is statements alone, of two arrays: what one position computes."""
        return (
            len(self.parameters) == 2
            and all(p.size and len(p.type) == 1 for p in self.parameters)
            and not {"for", "if", "while", "do", "goto", "static"} & set(self.body)
        )


class Firmware:
    """The C++ files that a project's top function includes, of its own firmware.

    Args:
        folder: the project's firmware/.
        top: name of the top function.

    Raises:
        UnreadError: if the project has no such function.
    """

    def __init__(self, folder: Path, top: str) -> None:
        self.folder = folder
        self._texts: dict[Path, str] = {}
        self._words: dict[Path, set[str]] = {}
        self._tokens: dict[Path, tuple[str, ...]] = {}
        self._places: dict[Path, dict[str, list[int]]] = {}
        self._found: dict[str, list[Definition]] = {}
        self._include(folder / f"{top}.cpp")
        for path in self._texts:
            if path.parent == folder:
                self._check(path)

    def definitions(self, name: str) -> list[Definition]:
        """Every function of that name."""
        if name not in self._found:
            self._found[name] = [d for path in self._holding(name) for d in self._in(path, name)]
        return self._found[name]

    def top_functions(self, name: str) -> list[Definition]:
        """Every function of that name in the file of that name; hls4ml's headers may have others.

        What such a header defines stands in its namespace, where the top function is not.
        """
        return self._in(self.folder / f"{name}.cpp", name)

    def _in(self, path: Path, name: str) -> list[Definition]:
        tokens = self._read(path)
        found = list(_definitions(tokens, name, self._places[path].get(name, [])))
        if found:
            self._check(path)
        return found

    def declared(self, name: str) -> list[tuple[Parameter, ...]]:
        """Parameters of the functions of that name that its own header declares."""
        tokens = self._read(self.folder / f"{name}.h")
        found = []
        for at in range(len(tokens) - 1):
            if tokens[at : at + 2] == (name, "("):
                found.append(_parameters(tokens[at + 2 : _closing(tokens, at + 1)]))
        return found

    def typedefs(self) -> dict[str, tuple[str, ...]]:
        """The types that the project names outside of functions: name and tokens."""
        found = {}
        tokens = self._read(self.folder / "defines.h")
        for at, token in enumerate(tokens):
            if token == "typedef":
                end = tokens.index(";", at)
                found[tokens[end - 1]] = tokens[at + 1 : end - 1]
        return found

    def fields(self, name: str) -> list[str]:
        """Names of a struct's values, in order; empty if there is no such struct."""
        for path in self._holding(name):
            tokens = self._read(path)
            for at in range(len(tokens) - 2):
                if tokens[at : at + 3] == ("struct", name, "{"):
                    body = tokens[at + 3 : _closing(tokens, at + 2)]
                    return [body[i - 1] for i, token in enumerate(body) if token == ";"]
        return []

    def _include(self, path: Path) -> None:
        if path in self._texts or not path.is_file():
            return
        text = self._texts[path] = path.read_text(encoding="utf-8")
        self._words[path] = set(WORD.findall(text))
        for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([\w./-]+)"', text, re.M):
            for folder in (path.parent, self.folder):
                self._include((folder / name).resolve())

    def _holding(self, name: str) -> list[Path]:
        return [path for path, words in self._words.items() if name in words]

    def _read(self, path: Path) -> tuple[str, ...]:
        if path not in self._tokens:
            if path not in self._texts:
                raise UnreadError(f"{path.name} is not included")
            text = DIRECTIVE.sub("", COMMENT.sub(" ", self._texts[path]))
            self._tokens[path] = tuple(TOKEN.findall(PACK.sub("", text)))
            places = self._places[path] = {}
            for place, token in enumerate(self._tokens[path]):
                if token.isidentifier():
                    places.setdefault(token, []).append(place)
        return self._tokens[path]

    def _check(self, path: Path) -> None:
        """Raises UnreadError where the preprocessor may change what stands in a file."""
        for line in DIRECTIVE.findall(COMMENT.sub(" ", self._texts[path])):
            if not HARMLESS.fullmatch(line):
                raise UnreadError(f"{path.name} holds {line.strip()!r}")


def _definitions(
    tokens: tuple[str, ...], name: str, places: list[int]
) -> Iterator[Definition]:
    """Definitions of a function among the places of its name: parameters in parentheses, a body."""
    for at in places:
        start = at + 1
        special = tokens[start : start + 1] == ("<",)
        if special and ">" in tokens[start:]:
            start = tokens.index(">", start) + 1
        if tokens[start : start + 1] != ("(",):
            continue
        end = _closing(tokens, start)
        if tokens[end + 1 : end + 2] == ("{",):
            if special:
                raise UnreadError(f"a specialization of {name}")
            last = _closing(tokens, end + 1)
            result, template = _before(tokens, at)
            yield Definition(name, result, template, _parameters(tokens[at + 2 : end]),
                             tokens[end + 2 : last])


def _before(tokens: tuple[str, ...], at: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a function returns that is defined at a place, and its template parameters' names."""
    start = at
    while start and tokens[start - 1] not in (";", "}", "{"):
        start -= 1
    if tokens[start] != "template":
        return tokens[start:at], ()
    end = tokens.index(">", start)
    return tokens[end + 1 : at], tuple(part[-1] for part in split(tokens[start + 2 : end]))


def _parameters(tokens: tuple[str, ...]) -> tuple[Parameter, ...]:
    found = []
    for part in split(tokens):
        name = part.index("[") - 1 if "[" in part else len(part) - 1
        kind = tuple(t for t in part[:name] if t not in ("const", "&", "*"))
        factors = [int(token) for token in part[name + 1 :] if token.isdigit()]
        found.append(Parameter(kind, part[name], math.prod(factors) if factors else None))
    return tuple(found)


def split(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Tokens between commas that stand in no brackets."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += token in ("(", "[", "{", "<")
        depth -= token in (")", "]", "}", ">")
        if token == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


def _closing(tokens: tuple[str, ...], at: int) -> int:
    """Where the bracket that opens at a place closes."""
    opening, depth = tokens[at], 0
    closing = {"(": ")", "{": "}"}[opening]
    for place in range(at, len(tokens)):
        depth += (tokens[place] == opening) - (tokens[place] == closing)
        if not depth:
            return place
    raise UnreadError(f"a {opening!r} is not closed")
