"""Bits and signals as Verilog expressions."""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.logic.bits import Bit


def concatenation(names: Sequence[str]) -> str:
    """Names, the first one lowest."""
    return "{" + ", ".join(reversed(names)) + "}"


def wire(bit: Bit, names: Sequence[str] | dict[int, str]) -> str:
    """A bit as an expression, given the names of signals."""
    if bit.constant:
        return f"1'b{int(bit.inverted)}"
    return ("~" if bit.inverted else "") + names[bit.signal]
