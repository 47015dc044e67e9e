"""An input of the network that shows a difference, and who says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.proof.counterexample.difference import Difference


@dataclass(frozen=True, eq=False)
class Counterexample:
    """An input of the network at which a bit of the hardware is not the network's.

    Attributes:
        difference: the bit, and the input as values in a row.
        inputs: that show the bit, int32 (inputs, *shape); the first one is `difference.x`.
        expected: logits of the integer network, (inputs, classes).
        evaluated: logits of the netlist as the checker evaluates it, (inputs, classes); None where
            modules that move pixels stand in the way.
        simulated: logits that a simulation of the Verilog gives; None before.
    """

    difference: Difference
    inputs: np.ndarray
    expected: np.ndarray
    evaluated: np.ndarray | None = None
    simulated: np.ndarray | None = None

    def simulate(self, predict: Callable[[np.ndarray], np.ndarray]) -> Counterexample:
        """With the first of the inputs that a simulation shows to differ in a logit, if one does.

        Args:
            predict: simulates the Verilog on inputs (samples, *shape), gives logits.
        """
        simulated = predict(self.inputs)
        differs = (simulated != self.expected).any(axis=1)
        chosen = slice(first := int(differs.argmax()), first + 1)
        inputs = self.inputs[chosen]
        difference = replace(self.difference, x=inputs.reshape(-1).astype(np.int64))
        evaluated = None if self.evaluated is None else self.evaluated[chosen]
        return Counterexample(
            difference, inputs, self.expected[chosen], evaluated, simulated[chosen])

    @property
    def confirmed(self) -> bool:
        """Whether a simulation shows a logit that is not the network's."""
        return self.simulated is not None and bool((self.simulated != self.expected).any())

    @property
    def refuted(self) -> bool:
        """Whether a simulation gives other logits than the checker's evaluation."""
        known = self.simulated is not None and self.evaluated is not None
        return known and bool((self.simulated != self.evaluated).any())

    @property
    def confirmation(self) -> str:
        """Who says so, in words."""
        if self.refuted:
            return ("SIMULATION DOES NOT CONFIRM IT: by the checker's evaluation "
                    f"{self._logits(self.evaluated)}, in simulation "
                    f"{self._logits(self.simulated)}; one of the two is wrong")
        if self.confirmed:
            return f"simulation confirms it: {self._logits(self.simulated)}"
        if self.simulated is not None:
            return "simulation shows it in no logit, the checker's evaluation in this bit alone"
        if self.evaluated is not None:
            return f"not simulated; by the checker's evaluation {self._logits(self.evaluated)}"
        return "not simulated"

    def _logits(self, received: np.ndarray) -> str:
        """Which logits of the first input are not the network's."""
        places = np.flatnonzero(received[0] != self.expected[0]).tolist()
        if not places:
            return "no logit shows it"
        first = f"logit {places[0]} is {received[0, places[0]]} instead of "
        more = f", and {len(places) - 1} more" if len(places) > 1 else ""
        return f"{first}{self.expected[0, places[0]]}{more}"
