"""Makes the C++ of a CXXRTL design compute 64 simulations at once, in plain 64-bit words."""

from __future__ import annotations

import re

REWRITES = (
    (r"(?m)^\s*//.*\n", ""),
    (r"\b(not_u|and_uu|or_uu|xor_uu)<1>", r"\1"),
    (r"\bvalue<1>\{(\w+)\}", r"all_lanes(\1)"),
    (r"\bvalue<1>", "lanes"),
    (r"\bwire<1>", "wire_of_lanes"),
    (r"\.slice<0>\(\)\.val\(\)", " & 1"),
)
WIDER = re.compile(r"\b(?:value|wire)<\d+>|\w+_[us]+<\d+>")


def widen(source: str) -> str:
    """C++ for lanes/cxxrtl/cxxrtl.h from C++ as CXXRTL writes it.

    Raises:
        ValueError: for a signal of more bits, or an operation that is not bitwise.
    """
    for pattern, replacement in REWRITES:
        source = re.sub(pattern, replacement, source)
    if left := WIDER.search(source):
        raise ValueError(f"only single bits can be lanes. Received: {left[0]}")
    return source


def ports(inputs: int, outputs: int) -> str:
    """ports.h: functions that move records of words to and from the design's ports.

    Args:
        inputs, outputs: bits of port x and of port y.
    """
    written = _names("x", inputs)
    read = _names("y", outputs)
    return "\n".join([
        '#include "design.h"',
        f"enum {{ INPUT_BITS = {inputs}, OUTPUT_BITS = {outputs} }};",
        "static void write_inputs(cxxrtl_design::p_top &top, const cxxrtl::lanes *words) {",
        "    write(top.p_in__valid, words[0]);",
        *(f"    write(top.{name}, words[{i}]);" for i, name in enumerate(written, 1)),
        "}",
        "static void read_outputs(const cxxrtl_design::p_top &top, cxxrtl::lanes *words) {",
        "    words[0] = read(top.p_out__valid);",
        *(f"    words[{i}] = read(top.{name});" for i, name in enumerate(read, 1)),
        "}",
        "",
    ])


def _names(port: str, bits: int) -> list[str]:
    """CXXRTL's names of a port's bits once splitnets has split it."""
    return [f"p_{port}_5b_{i}_5d_" for i in range(bits)]
