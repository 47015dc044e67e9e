"""Expressions and types of C++ as those of Python."""

from __future__ import annotations

import re
from collections.abc import Collection

from hls_projects.proof.cpp.reading.text import UnreadError

# How tightly C++ binds, from loose to tight; all of them are left-associative.
BINDING = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "<<": 5,
           "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}
WRITTEN = {"||": "bool({} or {})", "&&": "bool({} and {})", "/": "quotient({}, {})",
           "%": "remainder({}, {})"}
CONTROLS = {"int", "unsigned", "bool", "size_t"}
QUALIFIERS = {"const", "constexpr", "typename", "static"}
NAMESPACES = {"nnet", "hls", "std"}


class Expressions:
    """Reads tokens one after another; `at` is the next one.

    Args:
        tokens: of C++.
        types: names of the project's own types.
        templates: names of structs with template parameters.
    """

    def __init__(
        self, tokens: list[str], types: Collection[str], templates: Collection[str]
    ) -> None:
        self.tokens, self.at = tokens, 0
        self.types, self.templates = types, templates
        # Of each block: C++ name to (Python name, Python of its type or None where it is a type).
        self.scopes: list[dict[str, tuple[str, str | None]]] = [{}]
        self.names = 0

    def expression(self, least: int = 1, template: bool = False) -> str:
        """Python of an expression; `>` ends it in a template's arguments."""
        left = self.unary()
        while (binding := BINDING.get(self.peek(), 0)) >= least:
            if template and self.peek() == ">":
                break
            operator = self.next()
            right = self.expression(binding + 1, template)
            left = WRITTEN.get(operator, f"({{}} {operator} {{}})").format(left, right)
        if least == 1 and self.take("?"):
            yes = self.expression()
            self.expect(":")
            left = f"choose({left}, lambda: {yes}, lambda: {self.expression()})"
        return left

    def unary(self) -> str:
        for operator, written in (("-", "(-{})"), ("!", "(not {})")):
            if self.take(operator):
                return written.format(self.unary())
        return self._postfix(self._primary())

    def _postfix(self, found: str) -> str:
        while True:
            if self.take("["):
                found = f"{found}[{self.expression()}]"
                self.expect("]")
            elif self.take("."):
                member = self.next()
                if member in ("read", "write"):
                    self.expect("(")
                    found = f"{found}.{member}({self.arguments(')')})"
                else:
                    found = f"member({found}, {member!r})"
            else:
                return found

    def _primary(self) -> str:
        token = self.peek()
        if self.take("("):
            found = self.expression()
            self.expect(")")
            return found
        if re.fullmatch(r"\d+\.0*", token):
            return str(int(float(self.next())))
        if token.isdigit() or token in ("true", "false"):
            return str(int(self.next())) if token.isdigit() else self.next().capitalize()
        if (known := self._known(token)) and known[1] is not None:
            self.at += 1
            return known[0]
        start = self.at
        if kind := self.type():
            return self._of_type(kind)
        self.at = start
        return self._call()

    def _of_type(self, kind: str) -> str:
        """A cast, a struct's values, how many values a type has, or a template's number."""
        if self.take("("):
            value = self.expression()
            self.expect(")")
            return f"assigned({kind}, {value})"
        if self.take("{"):
            return f"machine.made({kind}, ({self.arguments('}')}))"
        if self.take("::"):
            self.expect("size")
            return f"{kind}.size"
        return kind

    def _call(self) -> str:
        name = self._path()
        given = ""
        if self.take("<"):
            given = self._template_arguments()
        if not name.isidentifier() or not self.take("("):
            raise UnreadError(f"{name!r}")
        return f"machine.call({name!r}, ({given}), ({self.arguments(')')}))"

    def arguments(self, end: str) -> str:
        """Expressions up to a bracket, as the inside of a Python tuple."""
        found = ""
        while not self.take(end):
            found += f"{self.expression()}, "
            if not self.take(",") and self.peek() != end:
                raise UnreadError(f"{self.peek()!r} between arguments")
        return found

    # Types.

    def type(self) -> str | None:
        """Python of a type, if one stands here."""
        while self.peek() in QUALIFIERS:
            self.at += 1
        name = self._path()
        if name in CONTROLS:
            while self.peek() in CONTROLS:
                self.at += 1
            return "CONTROL"
        if name == "auto":
            return "None"
        if (known := self._known(name)) and known[1] is None:
            found = known[0]
            while self.peek() == "::" and self.peek(1) == "value_type":
                self.at += 2
                found += ".value_type"
            return found
        if name in self.types:
            return f"machine.types[{name!r}]"
        if name in ("ap_int", "ap_uint") and self.take("<"):
            return f"number({self._template_arguments()}{name == 'ap_int'})"
        if name in ("ap_fixed", "ap_ufixed") and self.take("<"):
            width, integer, *rest = self._template_arguments().split(", ")
            if any(rest):
                raise UnreadError("a type that rounds or saturates")
            return f"number({width}, {name == 'ap_fixed'}, {integer})"
        if name in ("array", "stream") and self.take("<"):
            given = self._template_arguments()
            return f"row({given}True)" if name == "array" else f"StreamOf({given})"
        if name in self.templates and self.take("<"):
            self._template_arguments()
            return f"machine.struct({name!r})"
        return None

    def _template_arguments(self) -> str:
        found = ""
        while not self.take(">"):
            start = self.at
            kind = self.type()
            if kind is None or self.peek() not in (",", ">"):
                self.at = start
                kind = self.expression(template=True)
            found += f"{kind}, "
            if not self.take(",") and self.peek() != ">":
                raise UnreadError(f"{self.peek()!r} in a template's arguments")
        return found

    # Tokens and names.

    def _path(self) -> str:
        name = self.next()
        while name in NAMESPACES and self.take("::"):
            name = self.next()
        return name

    def _known(self, name: str) -> tuple[str, str | None] | None:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def name(self, name: str, kind: str | None) -> str:
        """A Python name of its own for what is declared; `kind` is None for a type."""
        self.names += 1
        found = f"{name}_{self.names}"
        self.scopes[-1][name] = found, kind
        return found

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.peek(-1)

    def take(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise UnreadError(f"{self.peek()!r} where {token!r} is expected")
