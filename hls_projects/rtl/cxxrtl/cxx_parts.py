"""Cuts the one large function of a CXXRTL design into many, which compilers take much faster."""

from __future__ import annotations

import re

# g++ takes time with the square of a function's length, and some for every function.
STATEMENTS = 500
BEGIN = "bool p_top::eval(performer *performer) {\n"
END = "\treturn converged;\n}\n"
# A statement begins with one tab; what its braces hold, with more.
STATEMENT = re.compile(r"(?m)^(?=\t[^\t}])")
OWN = ("\tbool converged = true;\n", "\tbool posedge_p_clk = this->posedge_p_clk();\n")
LOCAL = re.compile(r"\tlanes \w+;\n")
DECLARATION = "\tbool eval(performer"


def cut(source: str, header: str) -> tuple[str, str]:
    """Source and header of the same design, whose eval calls part_0, part_1, … in order.

    Args:
        source, header: as `widen` makes them, of a flattened design without feedback.

    Raises:
        ValueError: if the source is not as CXXRTL writes it.
    """
    before, begin, rest = source.partition(BEGIN)
    body, end, after = rest.partition(END)
    if not (begin and end and header.count(DECLARATION) == 1):
        raise ValueError("a design's source must hold p_top::eval, which ends by `converged`")
    statements = [text for text in STATEMENT.split(body) if text]
    if tuple(statements[: len(OWN)]) != OWN:
        raise ValueError(
            "p_top::eval must begin as that of a design without feedback on one clock does. "
            f"Received: {''.join(statements[: len(OWN)])!r}"
        )
    statements = statements[len(OWN) :]
    local = [text for text in statements if LOCAL.fullmatch(text)]
    work = [text for text in statements if not LOCAL.fullmatch(text)]
    parts = [work[i : i + STATEMENTS] for i in range(0, len(work), STATEMENTS)]
    calls = "".join(f"\tpart_{i}(posedge_p_clk);\n" for i in range(len(parts)))
    functions = [
        f"void p_top::part_{i}(bool posedge_p_clk) {{\n{''.join(part)}}}\n"
        for i, part in enumerate(parts)
    ]
    declared = "".join(f"\tvoid part_{i}(bool posedge_p_clk);\n" for i in range(len(parts)))
    evaluate = "".join([BEGIN, *OWN, calls, END])
    # The parts share what was local.
    shared = "".join(f"static {text.lstrip()}" for text in local)
    source = "".join([before, shared, *functions, evaluate, after])
    return source, header.replace(DECLARATION, declared + DECLARATION)
