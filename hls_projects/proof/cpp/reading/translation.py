"""A function's C++ as Python that does the same to what `memory` and `values` hold."""

from __future__ import annotations

from collections.abc import Collection

from hls_projects.proof.cpp.reading.expressions import Expressions
from hls_projects.proof.cpp.reading.text import Definition, UnreadError

# hls4ml's flag of weights that are read from files, of which these networks have none.
LOADED = "static bool loaded_weights = false ; if ( ! loaded_weights ) { loaded_weights = true ; }"


def translate(
    definition: Definition, types: Collection[str], templates: Collection[str]
) -> str:
    """Python of a function `body(machine, template, arguments)`.

    Args:
        definition: of the C++ function.
        types: names of the project's own types.
        templates: names of structs with template parameters.

    Raises:
        UnreadError: for C++ that is not part of what is read.
    """
    return _Function(definition, types, templates).text()


def translate_type(tokens: tuple[str, ...]) -> str:
    """Python of a type that is built of those of the libraries alone."""
    reader = Expressions([*tokens, ";"], (), ())
    try:
        found = reader.type()
    except UnreadError:
        found = None
    if found is None or reader.peek() != ";":
        raise UnreadError(f"a type {''.join(tokens)}")
    return found


class _Function(Expressions):
    """One function, statement by statement."""

    def __init__(
        self, definition: Definition, types: Collection[str], templates: Collection[str]
    ) -> None:
        body = " ".join(definition.body).replace(LOADED, "")
        super().__init__([*filter(None, body.split(" ")), "}"], types, templates)
        self.definition = definition
        self.lines = ["def body(machine, template, arguments):"]
        self.depth = 1

    def text(self) -> str:
        for name in self.definition.template:
            self._emit(f"{self.name(name, None)} = template.get({name!r})")
        self.result = self._result()
        for place, parameter in enumerate(self.definition.parameters):
            self._emit(f"{self.name(parameter.name, 'None')} = arguments[{place}]")
        self._block()
        if self.result is not None:
            self._emit("raise UnreadError('a function that ends without its result')")
        return "\n".join(self.lines) + "\n"

    def _result(self) -> str | None:
        """Python of the type that it returns; None if it returns nothing."""
        if self.definition.result == ("void",):
            return None
        body, self.tokens = self.tokens, [*self.definition.result, ";"]
        found = self.type()
        self.take("&")
        if found is None or self.peek() != ";":
            raise UnreadError(f"a result {' '.join(self.definition.result)}")
        self.tokens, self.at = body, 0
        return found

    def _block(self) -> None:
        """Statements up to a closing brace, in a scope of their own."""
        self.scopes.append({})
        while not self.take("}"):
            self._statement()
        self._emit("pass")
        self.scopes.pop()

    def _statement(self) -> None:
        if self.take("{"):
            self._block()
        elif self.take("for"):
            self._for()
        elif self.take("if"):
            self._if()
        elif self.take("return"):
            self._emit(f"return assigned({self.result}, {self.expression()})")
            self.expect(";")
        elif self.take("typedef"):
            kind = self.type()
            self._emit(f"{self.name(self.next(), None)} = {kind}")
            self.expect(";")
        elif self.peek(1) == ":" and self.peek().isidentifier():
            self.at += 2
        elif not self.take(";") and not self._declaration():
            self._assignment()
            self.expect(";")

    def _for(self) -> None:
        self.scopes.append({})
        self.expect("(")
        if not self._declaration():
            raise UnreadError("a loop without a counter of its own")
        condition = self.expression()
        self.expect(";")
        step = self.at
        while not self.take(")"):
            self.at += 1
        self._emit(f"while {condition}:")
        self.depth += 1
        self._statement()
        after, self.at = self.at, step
        self._assignment()
        self.expect(")")
        self.at = after
        self.depth -= 1
        self.scopes.pop()

    def _if(self) -> None:
        self.expect("(")
        self._emit(f"if {self.expression()}:")
        self.expect(")")
        self._indented()
        if self.take("else"):
            self._emit("else:")
            self._indented()

    def _indented(self) -> None:
        self.depth += 1
        self._statement()
        self._emit("pass")
        self.depth -= 1

    def _declaration(self) -> bool:
        """Takes a declaration, if one stands here."""
        start = self.at
        constant = "const" in (self.peek(), self.peek(1))
        static = self.peek() == "static"
        kind = self.type()
        points = kind is not None and (self.take("*") or self.take("&"))
        if kind is None or not self.peek().isidentifier():
            self.at = start
            return False
        if static and not constant:
            raise UnreadError("a static variable")
        name, sizes = self.next(), []
        while self.take("["):
            sizes.append(self.expression())
            self.expect("]")
        for size in reversed(sizes):
            kind = f"row({kind}, {size})"
        if self.take("="):
            value = self._initial(kind, bool(sizes), points or kind == "None")
        else:
            value = f"new({kind})"
            if self.take("("):
                self.at += 1
                self.expect(")")
        self._emit(f"{self.name(name, kind)} = {value}")
        self.expect(";")
        return True

    def _initial(self, kind: str, table: bool, alias: bool) -> str:
        if table:
            self.expect("{")
            values = self.arguments("}")
            return f"Array({kind}, [assigned({kind}.element, v) for v in ({values})])"
        value = self.expression()
        return value if alias else f"assigned({kind}, {value})"

    def _assignment(self) -> None:
        target = self.unary()
        operator = self.peek()
        known = {name: kind for scope in self.scopes for name, kind in scope.values()}
        kind = known.get(target)
        if operator in ("++", "--"):
            self.at += 1
            self._emit(f"{target} = assigned({kind}, {target} {operator[0]} 1)")
        elif operator in ("=", "+=", "-="):
            self.at += 1
            value = self.expression()
            value = value if operator == "=" else f"{target} {operator[0]} {value}"
            if target.endswith("]"):
                self._emit(f"{target} = {value}")
            elif kind not in (None, "None"):
                self._emit(f"{target} = assigned({kind}, {value})")
            else:
                raise UnreadError(f"an assignment to {target}")
        else:
            self._emit(target)

    def _emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)
