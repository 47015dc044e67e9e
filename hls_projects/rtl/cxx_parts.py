"""Cuts long C++ functions into short ones: compilers take far more than linear time for those."""

from __future__ import annotations

import re

# A whole statement that assigns, at the top of a function body.
ASSIGNMENT = re.compile(r"^\t[^\t/{}]*[^\t/{}= ] = .*;$")


def cut_functions(source: str, statements: int) -> str:
    """C++ in which runs of assignments are called, `statements` at a time, as functions.

    Args:
        source: C++ as CXXRTL writes it, a statement a line.
        statements: most assignments in one function.
    """
    lines: list[str] = []
    run: list[str] = []
    for line in source.splitlines():
        if line.startswith("\t//"):
            continue
        if ASSIGNMENT.match(line) and not line.startswith(("\tbool ", "\tvalue<1> posedge")):
            run.append(line)
            continue
        lines += _functions(run, statements)
        run = []
        lines.append(line)
    return "\n".join([*lines, *_functions(run, statements), ""])


def _functions(run: list[str], statements: int) -> list[str]:
    lines: list[str] = []
    for first in range(0, len(run), statements):
        part = run[first : first + statements]
        lines += ["\t[&]() __attribute__((noinline)) {", *part, "\t}();"]
    return lines
