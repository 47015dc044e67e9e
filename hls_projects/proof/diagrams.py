"""Values of gates: binary decision diagrams, and words that hold one simulation in each bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def diagram_manager() -> Any:
    """A manager of diagrams: CUDD's, or that of dd in Python where CUDD is missing."""
    try:
        from dd.cudd import BDD
    except ImportError:
        from dd.autoref import BDD
    manager = BDD()
    manager.configure(reordering=False)
    return manager


class TooManyNodes(RuntimeError):
    """Diagrams grew larger than was allowed."""


class Diagrams:
    """Decision diagrams over numbered variables; equal functions are equal objects.

    Args:
        variables: how many; the first one is at the top.
        most_nodes: above which `gate` raises TooManyNodes.
    """

    def __init__(self, variables: int, most_nodes: int = 1 << 62) -> None:
        self.manager = diagram_manager()
        self.most_nodes = most_nodes
        self._gates_made = 0
        self.false, self.true = self.manager.false, self.manager.true
        names = [f"x{i}" for i in range(variables)]
        self.manager.declare(*names)
        self.variables = [self.manager.var(name) for name in names]
        self._gates: dict[str, Callable[..., Any]] = {
            "buffer": lambda a: a,
            "not": lambda a: ~a,
            "and": lambda a, b: a & b,
            "nand": lambda a, b: ~(a & b),
            "or": lambda a, b: a | b,
            "nor": lambda a, b: ~(a | b),
            "xor": lambda a, b: self.manager.ite(a, ~b, b),
            "xnor": lambda a, b: self.manager.ite(a, b, ~b),
            "andnot": lambda a, b: a & ~b,
            "ornot": lambda a, b: a | ~b,
            "mux": lambda a, b, s: self.manager.ite(s, b, a),
            "nmux": lambda a, b, s: ~self.manager.ite(s, b, a),
        }

    def gate(self, kind: str, values: tuple[Any, ...]) -> Any:
        self._gates_made += 1
        if self._gates_made % 16 == 0 and len(self.manager) > self.most_nodes:
            raise TooManyNodes(f"more than {self.most_nodes:,} nodes")
        return self._gates[kind](*values)

    def differ(self, a: Any, b: Any) -> Any:
        """Where two functions differ."""
        return self.gate("xor", (a, b))

    def one_of(self, bits: Sequence[Any], codes: Iterable[int]) -> Any:
        """Whether the number that bits encode, lowest first, is one of the codes."""
        found = self.false
        for code in codes:
            term = self.true
            for place, bit in enumerate(bits):
                term &= bit if code >> place & 1 else ~bit
            found |= term
        return found

    def smallest(self, function: Any) -> dict[int, bool]:
        """Values of variables at which a function, not always 0, is 1; as few 1s as a walk finds.

        Variables that are not named do not matter.
        """
        found = self.manager.pick(function)
        return {int(name[1:]): value for name, value in found.items()}


class Lanes:
    """Words of `count` simulations side by side, as Python integers."""

    def __init__(self, count: int) -> None:
        self.false, self.true = 0, (1 << count) - 1

    def gate(self, kind: str, values: tuple[int, ...]) -> int:
        a, *rest = values
        ones = self.true
        if kind == "buffer":
            return a
        if kind == "not":
            return a ^ ones
        b = rest[0]
        if kind in ("mux", "nmux"):
            chosen = (b & rest[1]) | (a & ~rest[1])
            return chosen if kind == "mux" else chosen ^ ones
        return {
            "and": a & b, "nand": (a & b) ^ ones, "or": a | b, "nor": (a | b) ^ ones,
            "xor": a ^ b, "xnor": a ^ b ^ ones, "andnot": a & (b ^ ones), "ornot": a | (b ^ ones),
        }[kind]
