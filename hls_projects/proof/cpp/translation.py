"""A function's C++ as Python that does the same to what `memory` and `values` hold."""

from __future__ import annotations

from hls_projects.proof.cpp.text import Definition, UnreadError

# How tightly C++ binds, from loose to tight; all of them are left-associative.
BINDING = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "<<": 5,
           "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}
WRITTEN = {"||": "bool({} or {})", "&&": "bool({} and {})", "/": "quotient({}, {})",
           "%": "remainder({}, {})"}
CONTROLS = {"int", "unsigned", "bool", "size_t"}
QUALIFIERS = {"const", "constexpr", "typename", "static"}
NAMESPACES = {"nnet", "hls", "std"}
# hls4ml's flag of weights that are read from files, of which these networks have none.
LOADED = "static bool loaded_weights = false ; if ( ! loaded_weights ) { loaded_weights = true ; }"


def translate(definition: Definition, types: set[str], templates: set[str]) -> str:
    """Python of a function `body(machine, template, arguments)`.

    Args:
        definition: of the C++ function.
        types: names of the project's own types.
        templates: names of structs with template parameters.

    Raises:
        UnreadError: for C++ that is not part of what is read.
    """
    return _Translator(definition, types, templates).function()


def translate_type(tokens: tuple[str, ...]) -> str:
    """Python of a type that is built of those of the libraries alone."""
    found = _Translator(Definition("", (), (), tokens), set(), set()).type()
    if found is None:
        raise UnreadError(f"a type {' '.join(tokens)}")
    return found


class _Translator:
    """One function; `at` is the next token."""

    def __init__(self, definition: Definition, types: set[str], templates: set[str]) -> None:
        body = " ".join(definition.body).replace(LOADED, "")
        self.tokens, self.at = body.split(" "), 0
        self.definition, self.types, self.templates = definition, types, templates
        # Of each block: C++ name to (Python name, Python of its type or None where it is a type).
        self.scopes: list[dict[str, tuple[str, str | None]]] = [{}]
        self.lines: list[str] = []
        self.depth, self.names = 1, 0
        self.closed = False

    def function(self) -> str:
        self.tokens = [t for t in self.tokens if t] + ["}"]
        self.lines.append("def body(machine, template, arguments):")
        for name in self.definition.template:
            self._emit(f"{self._name(name, None)} = template.get({name!r})")
        for place, parameter in enumerate(self.definition.parameters):
            self._emit(f"{self._name(parameter.name, 'None')} = arguments[{place}]")
        self._block()
        return "\n".join(self.lines) + "\n"

    def type(self) -> str | None:
        """Python of the tokens, if they are a type and nothing else."""
        found = self._type()
        return None if self._peek() else found

    # Statements.

    def _block(self) -> None:
        """Statements up to a closing brace, in a scope of their own."""
        self.scopes.append({})
        while not self._take("}"):
            self._statement()
        self._emit("pass")
        self.scopes.pop()

    def _statement(self) -> None:
        if self._take("{"):
            self._block()
        elif self._take("for"):
            self._for()
        elif self._take("if"):
            self._if()
        elif self._take("return"):
            self._emit(f"return {self._expression()}")
            self._expect(";")
        elif self._take("typedef"):
            kind = self._type()
            self._emit(f"{self._name(self._next(), None)} = {kind}")
            self._expect(";")
        elif self._peek(1) == ":" and self._peek().isidentifier():
            self.at += 2
        elif not self._take(";") and not self._declaration():
            self._assignment()
            self._expect(";")

    def _for(self) -> None:
        self.scopes.append({})
        self._expect("(")
        if not self._declaration():
            raise UnreadError("a loop without a counter of its own")
        condition = self._expression()
        self._expect(";")
        step = self.at
        while not self._take(")"):
            self.at += 1
        self._emit(f"while {condition}:")
        self.depth += 1
        self._statement()
        after, self.at = self.at, step
        self._assignment()
        self._expect(")")
        self.at = after
        self.depth -= 1
        self.scopes.pop()

    def _if(self) -> None:
        self._expect("(")
        self._emit(f"if {self._expression()}:")
        self._expect(")")
        self._indented()
        if self._take("else"):
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
        constant = "const" in (self._peek(), self._peek(1))
        static = self._peek() == "static"
        kind = self._type()
        points = kind is not None and (self._take("*") or self._take("&"))
        if kind is None or not self._peek().isidentifier():
            self.at = start
            return False
        if static and not constant:
            raise UnreadError("a static variable")
        name, sizes = self._next(), []
        while self._take("["):
            sizes.append(self._expression())
            self._expect("]")
        for size in reversed(sizes):
            kind = f"row({kind}, {size})"
        if self._take("="):
            value = self._initial(kind, bool(sizes), points or kind == "None")
        else:
            value = f"new({kind})"
            if self._take("("):
                self.at += 1
                self._expect(")")
        self._emit(f"{self._name(name, kind)} = {value}")
        self._expect(";")
        return True

    def _initial(self, kind: str, table: bool, alias: bool) -> str:
        if table:
            self._expect("{")
            values = self._arguments("}")
            return f"Array({kind}, [assigned({kind}.element, v) for v in ({values})])"
        value = self._expression()
        return value if alias else f"assigned({kind}, {value})"

    def _assignment(self) -> None:
        target = self._unary()
        operator = self._peek()
        known = {name: kind for scope in self.scopes for name, kind in scope.values()}
        kind = known.get(target)
        if operator in ("++", "--"):
            self.at += 1
            self._emit(f"{target} = assigned({kind}, {target} {operator[0]} 1)")
        elif operator in ("=", "+=", "-="):
            self.at += 1
            value = self._expression()
            value = value if operator == "=" else f"{target} {operator[0]} {value}"
            if target.endswith("]"):
                self._emit(f"{target} = {value}")
            elif kind not in (None, "None"):
                self._emit(f"{target} = assigned({kind}, {value})")
            else:
                raise UnreadError(f"an assignment to {target}")
        else:
            self._emit(target)

    # Expressions.

    def _expression(self, least: int = 1, template: bool = False) -> str:
        """Python of an expression; `>` ends it in a template's arguments."""
        left = self._unary()
        while (binding := BINDING.get(self._peek(), 0)) >= least:
            if template and self._peek() == ">":
                break
            operator = self._next()
            right = self._expression(binding + 1, template)
            left = WRITTEN.get(operator, f"({{}} {operator} {{}})").format(left, right)
        if least == 1 and self._take("?"):
            yes = self._expression()
            self._expect(":")
            left = f"choose({left}, lambda: {yes}, lambda: {self._expression()})"
        return left

    def _unary(self) -> str:
        for operator, written in (("-", "(-{})"), ("!", "(not {})")):
            if self._take(operator):
                return written.format(self._unary())
        return self._postfix(self._primary())

    def _postfix(self, found: str) -> str:
        while True:
            if self._take("["):
                found = f"{found}[{self._expression()}]"
                self._expect("]")
            elif self._take("."):
                member = self._next()
                if member in ("read", "write"):
                    self._expect("(")
                    found = f"{found}.{member}({self._arguments(')')})"
                else:
                    found = f"member({found}, {member!r})"
            else:
                return found

    def _primary(self) -> str:
        token = self._peek()
        if self._take("("):
            found = self._expression()
            self._expect(")")
            return found
        if token.isdigit() or token in ("true", "false"):
            return str(int(self._next())) if token.isdigit() else self._next().capitalize()
        if (known := self._known(token)) and known[1] is not None:
            self.at += 1
            return known[0]
        start = self.at
        if kind := self._type():
            return self._of_type(kind)
        self.at = start
        return self._call()

    def _of_type(self, kind: str) -> str:
        """A cast, a struct's values, how many values a type has, or a template's number."""
        if self._take("("):
            value = self._expression()
            self._expect(")")
            return f"assigned({kind}, {value})"
        if self._take("{"):
            return f"machine.made({kind}, ({self._arguments('}')}))"
        if self._take("::"):
            self._expect("size")
            return f"{kind}.size"
        return kind

    def _call(self) -> str:
        name = self._path()
        given = ""
        if self._take("<"):
            given = self._template_arguments()
        if not name.isidentifier() or not self._take("("):
            raise UnreadError(f"{name!r}")
        return f"machine.call({name!r}, ({given}), ({self._arguments(')')}))"

    def _arguments(self, end: str) -> str:
        """Expressions up to a bracket, as the inside of a Python tuple."""
        found = ""
        while not self._take(end):
            found += f"{self._expression()}, "
            if not self._take(",") and self._peek() != end:
                raise UnreadError(f"{self._peek()!r} between arguments")
        return found

    # Types.

    def _type(self) -> str | None:
        """Python of a type, if one stands here."""
        while self._peek() in QUALIFIERS:
            self.at += 1
        name = self._path()
        if name in CONTROLS:
            while self._peek() in CONTROLS:
                self.at += 1
            return "CONTROL"
        if name == "auto":
            return "None"
        if (known := self._known(name)) and known[1] is None:
            found = known[0]
            while self._peek() == "::" and self._peek(1) == "value_type":
                self.at += 2
                found += ".value_type"
            return found
        if name in self.types:
            return f"machine.types[{name!r}]"
        if name in ("ap_int", "ap_uint") and self._take("<"):
            return f"number({self._template_arguments()}{name == 'ap_int'})"
        if name in ("array", "stream") and self._take("<"):
            given = self._template_arguments()
            return f"row({given}True)" if name == "array" else f"StreamOf({given})"
        if name in self.templates and self._take("<"):
            self._template_arguments()
            return f"machine.struct({name!r})"
        return None

    def _template_arguments(self) -> str:
        found = ""
        while not self._take(">"):
            start = self.at
            kind = self._type()
            if kind is None or self._peek() not in (",", ">"):
                self.at = start
                kind = self._expression(template=True)
            found += f"{kind}, "
            if not self._take(",") and self._peek() != ">":
                raise UnreadError(f"{self._peek()!r} in a template's arguments")
        return found

    # Tokens and names.

    def _path(self) -> str:
        name = self._next()
        while name in NAMESPACES and self._take("::"):
            name = self._next()
        return name

    def _known(self, name: str) -> tuple[str, str | None] | None:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def _name(self, name: str, kind: str | None) -> str:
        """A Python name of its own for what is declared; `kind` is None for a type."""
        self.names += 1
        found = f"{name}_{self.names}"
        self.scopes[-1][name] = found, kind
        return found

    def _peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def _next(self) -> str:
        self.at += 1
        return self._peek(-1)

    def _take(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self.at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise UnreadError(f"{self._peek()!r} where {token!r} is expected")

    def _emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)
