"""What hardware costs and estimates know of a layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerFacts:
    """A ternary layer, as far as its cost in hardware depends on it.

    Args:
        weights: N, number of weights of the layer.
        fan_ins: how many weights of each neuron or output channel quantize to ±1 now.  Where it
            is known that some bits of an input never change, its weights count as less than 1.
        positions: output positions, at which each weight is used once per inference.
        input_bits: width of the activations that the weights meet.
        output_bits: width of the activations that follow, ≥ 1; None for the layer of the logits.
        comparators: LUTs of comparators of the inputs that go with one nonzero weight, on average;
            see qkeras_models.cost.comparators.
    """

    weights: int
    fan_ins: tuple[float, ...]
    positions: int = 1
    input_bits: int = 1
    output_bits: int | None = None
    comparators: float = 0.0

    @property
    def nonzeros(self) -> float:
        return sum(self.fan_ins)

    @property
    def outputs(self) -> int:
        """Neurons, or output channels."""
        return len(self.fan_ins)

    @property
    def largest_fan_in(self) -> int:
        """Weights of each neuron, zero or not."""
        return self.weights // self.outputs
