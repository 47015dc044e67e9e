"""Cuts the one large function of a CXXRTL module into many, which compilers take much faster."""

from __future__ import annotations

import re

# g++ takes time with the square of a function's length, and some for every function.
STATEMENTS = 500
BEGIN = "bool p_{name}::eval(performer *performer) {{\n"
END = "\treturn converged;\n}\n"
# A statement begins with one tab; what its braces hold, with more.
STATEMENT = re.compile(r"(?m)^(?=\t[^\t}])")
CONVERGED = "\tbool converged = true;\n"
CLOCKED = "\tbool posedge_p_clk = this->posedge_p_clk();\n"
# Of a module without registers.
UNCLOCKED = "\tbool posedge_p_clk = false;\n"
LOCAL = re.compile(r"\tlanes \w+;\n")
DECLARATION = "\tbool eval(performer"


def cut(source: str, header: str, module: str = "top") -> tuple[str, str]:
    """Source and header of the same module, whose eval calls part_0, part_1, … in order.

    Args:
        source, header: as `widen` makes them, of a flattened module without feedback.
        module: its name in Verilog.

    Raises:
        ValueError: if the source is not as CXXRTL writes it.
    """
    name = module.replace("_", "__")
    before, begin, rest = source.partition(BEGIN.format(name=name))
    body, end, after = rest.partition(END)
    if not (begin and end and header.count(DECLARATION) == 1):
        raise ValueError(f"the source must hold p_{name}::eval, which ends by `converged`")
    statements = [text for text in STATEMENT.split(body) if text]
    clock = CLOCKED if CLOCKED in statements else UNCLOCKED
    own = [CONVERGED, *([CLOCKED] if clock is CLOCKED else [])]
    if statements[: len(own)] != own:
        raise ValueError(
            f"p_{name}::eval must begin as that of a module without feedback on one clock does. "
            f"Received: {''.join(statements[:2])!r}"
        )
    statements = statements[len(own) :]
    local = [text for text in statements if LOCAL.fullmatch(text)]
    work = [text for text in statements if not LOCAL.fullmatch(text)]
    parts = [work[i : i + STATEMENTS] for i in range(0, len(work), STATEMENTS)]
    calls = "".join(f"\tpart_{i}(posedge_p_clk);\n" for i in range(len(parts)))
    functions = [
        f"void p_{name}::part_{i}(bool posedge_p_clk) {{\n{''.join(part)}}}\n"
        for i, part in enumerate(parts)
    ]
    declared = "".join(f"\tvoid part_{i}(bool posedge_p_clk);\n" for i in range(len(parts)))
    evaluate = "".join([begin, CONVERGED, clock, calls, END])
    # The parts share what was local.
    shared = "".join(f"static {text.lstrip()}" for text in local)
    source = "".join([before, shared, *functions, evaluate, after])
    return source, header.replace(DECLARATION, declared + DECLARATION)
