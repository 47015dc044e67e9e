"""An input of the network that shows a difference, and who says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.proof.counterexample.descent import descend
from hls_projects.proof.counterexample.difference import Difference, nonzeros

# Inputs (samples, *shape) to logits (samples, classes).
Logits = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Counterexample:
    """An input of the network at which a bit of the hardware is not the network's.

    Attributes:
        difference: the bit, and the input as values in a row; of C++ in words what differs.
        inputs: that show it, int32 (inputs, *shape); the first one is `difference.x`.
        expected: logits of the integer network, (inputs, classes).
        evaluated: logits of the netlist as the checker evaluates it, (inputs, classes); None where
            modules that move pixels stand in the way.
        simulated: logits that a simulation of the Verilog gives; None before.
        window: of each input, places of the pixels that show the bit, (inputs, pixels), whatever
            stands elsewhere; None where the whole input shows it.
    """

    difference: Difference | str
    inputs: np.ndarray
    expected: np.ndarray
    evaluated: np.ndarray | None = None
    simulated: np.ndarray | None = None
    window: np.ndarray | None = None

    def simulate(self, predict: Logits, integers: Logits) -> Counterexample:
        """With the first of the inputs that a simulation shows to differ in a logit, if one does.

        Values beside its window become 0 then, as long as a logit differs in simulation.

        Args:
            predict: simulates the Verilog.
            integers: what the integer network gives.
        """
        simulated = predict(self.inputs)
        differs = (simulated != self.expected).any(axis=1)
        chosen = int(differs.argmax())
        inputs, expected = self.inputs[chosen, None], self.expected[chosen, None]
        simulated = simulated[chosen, None]
        if differs.any() and self.window is not None:
            inputs = self._smaller(chosen, predict, integers)
            expected, simulated = integers(inputs), predict(inputs)
        difference = replace(self.difference, x=inputs.reshape(-1).astype(np.int64))
        evaluated = None if self.evaluated is None else self.evaluated[chosen, None]
        return Counterexample(difference, inputs, expected, evaluated, simulated)

    def _smaller(self, number: int, predict: Logits, integers: Logits) -> np.ndarray:
        """One input (1, *shape), with 0 in place of what its window does not need."""
        x, window = self.inputs[number].reshape(-1), self.window[number]

        def holds(trials: np.ndarray) -> np.ndarray:
            found = (trials[:, window] == x[window]).all(axis=1)
            if found.any():
                images = trials[found].reshape(-1, *self.inputs.shape[1:])
                found[found] = (predict(images) != integers(images)).any(axis=1)
            return found

        return descend(x, holds).reshape(1, *self.inputs.shape[1:])

    def __str__(self) -> str:
        """What differs where, and who says so."""
        place = str(self.difference)
        if isinstance(self.difference, str):
            place += f"; an input of the network {nonzeros(self.inputs[0], smallest=True)}"
        return f"{place}; {self.confirmation}"

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
