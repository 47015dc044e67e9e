"""What a proof found, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.counterexample.found import Counterexample


@dataclass
class Proof:
    """A netlist compared with an integer network for every input that can occur.

    Attributes:
        proven: output bits of blocks, registers and logits, that equal the network's.
        outputs: all of them.
        differences: bits that are not the network's, with an input that shows it.
        counterexample: an input of the network that shows the first one; None without any.
        unknown: names of bits on which no verdict was reached.
        by_diagrams: of `proven`, bits that took diagrams over all inputs of the neuron.
        unused_codes: codes of activations that no neuron produces, which count as don't-cares.
        seconds: that the proof took.
        moved: modules that move pixels and were proved, in whichever clock cycles these arrive.
        simulated: those that were not proved, only simulated.
        misplaced: what is wrong with one that moves pixels; empty where nothing is.
        message: why nothing could be compared, such as a loop; empty otherwise.
    """

    proven: int = 0
    outputs: int = 0
    differences: list[Difference] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    by_diagrams: int = 0
    unused_codes: int = 0
    seconds: float = 0.0
    message: str = ""
    moved: list[str] = field(default_factory=list)
    simulated: list[str] = field(default_factory=list)
    misplaced: str = ""
    counterexample: Counterexample | None = None

    @property
    def wrong(self) -> bool:
        """Whether something was found that is not the network's."""
        return bool(self.differences or self.misplaced)

    @property
    def complete(self) -> bool:
        """Whether every output is proven."""
        decided = not (self.wrong or self.unknown or self.message)
        return decided and self.proven == self.outputs > 0

    def __str__(self) -> str:
        """One line for a report."""
        modules = f"{len(self.moved)} module{'s' * (len(self.moved) != 1)}"
        moved = f" and {modules} that move pixels" if self.moved else ""
        found = f"{self.proven:,} of {self.outputs:,} outputs{moved}, {self.seconds:.1f} s"
        if self.complete and self.simulated:
            return (f"all between {', '.join(self.simulated)} proved for every input: {found}; "
                    "these are simulated")
        if self.complete:
            return f"proved for every input: {found}"
        if self.misplaced:
            return f"not the network: {self.misplaced}; proved {found}"
        if self.counterexample is not None:
            return f"not the network: {self.counterexample}; proved {found}"
        if self.differences:
            shown = next((d for d in self.differences if d.x is not None), None)
            verdict = "not proved" if shown is None else "not the network"
            return f"{verdict}: {shown or self.differences[0]}; proved {found}"
        reason = self.message or f"{len(self.unknown)} unknown, such as {self.unknown[:1]}"
        return f"not proved: {reason}; {found}"
