"""What was found of a C++ project, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from hls_projects.proof.counterexample.found import Counterexample


@dataclass
class CppProof:
    """A C++ project compared with its integer network for every input.

    Attributes:
        neurons: of layers that sum, whose text was read.
        differences: what is not the network's, in words.
        counterexample: an input at which C-simulation shows that; None where none was found.
        inputs_tried: random inputs among which it was sought.
        unread: layers whose text could not be read, by name, and why.
        tried: compiled functions of one output that were compared on all of their inputs.
        sampled: those compared on some inputs, since they have too many.
        samples: how many these are.
        compiled: whether compiled functions were compared.
        seconds: that the proof took.
    """

    neurons: int = 0
    differences: list[str] = field(default_factory=list)
    counterexample: Counterexample | None = None
    inputs_tried: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    tried: int = 0
    sampled: int = 0
    samples: int = 0
    compiled: bool = False
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether all of the text was read, and nothing differs."""
        return not (self.differences or self.unread)

    def __str__(self) -> str:
        """One line for a report."""
        if self.differences:
            return f"C++: not the network: {self.counterexample or self._not_shown()}"
        found = f"additions, types and levels of {self.neurons:,} neurons; {self._functions()}"
        if self.unread:
            names = ", ".join(f"{name} ({reason})" for name, reason in self.unread.items())
            return f"C++: not proved: {names}; {found}"
        return f"C++: proved for every input: {found}"

    def _not_shown(self) -> str:
        tried = f"; C-simulation of {self.inputs_tried:,} random inputs does not show it"
        return self.differences[0] + (tried if self.inputs_tried else "")

    def _functions(self) -> str:
        if not self.compiled:
            return f"compiled functions not compared, {self.seconds:.1f} s"
        some = f", {self.sampled:,} on {self.samples:,} random ones" if self.sampled else ""
        return (f"{self.tried:,} compiled functions on all of their inputs{some}, "
                f"{self.seconds:.1f} s")
