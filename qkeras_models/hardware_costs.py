"""What one nonzero weight costs in hardware, layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

from qkeras_models.layer_chain import upstream


@dataclass(frozen=True)
class LayerFacts:
    """What a hardware cost may depend on.

    Args:
        weights: N, number of weights of the layer.
        nonzeros: how many of them quantize to ±1 now.
        outputs: neurons or output channels.
        positions: output positions, at which each weight is used once per inference.
        input_bits: width of the activations that the weights meet.
    """

    weights: int
    nonzeros: int
    outputs: int
    positions: int
    input_bits: int


def memory_cost(facts: LayerFacts) -> float:
    """Bits to store one more nonzero weight: log2((1 − p) / p) + 1 at density p, at least 1.

    The derivative, by the number of nonzeros, of the size N · (H(p) + p) of an ideal code for
    their positions and signs.
    """
    density = min(max(facts.nonzeros, 1) / facts.weights, 0.5)
    return math.log2((1.0 - density) / density) + 1.0


def macs_cost(facts: LayerFacts) -> float:
    """Additions per inference that one nonzero weight causes: one for each output position."""
    return float(facts.positions)


def luts_cost(facts: LayerFacts) -> float:
    """Mean adder width of a balanced tree × parallel copies: (input bits + 1) · positions.

    Half of a tree's adders stand at its leaves and are one bit wider than their inputs.
    """
    return float((facts.input_bits + 1) * facts.positions)


class HardwareCost(str, Enum):
    """The costs that come with the tool; any function of LayerFacts can stand in their place."""

    MEMORY = "memory"
    MACS = "macs"
    LUTS = "luts"

    def __call__(self, facts: LayerFacts) -> float:
        return _FUNCTIONS[self](facts)


_FUNCTIONS = {
    HardwareCost.MEMORY: memory_cost,
    HardwareCost.MACS: macs_cost,
    HardwareCost.LUTS: luts_cost,
}


def input_bits(layer: Any) -> int:
    """Width of a layer's inputs, from the quantizer before it; 1 where none can be found."""
    nodes = getattr(layer, "_inbound_nodes", [])
    if not nodes or not nodes[-1].input_tensors:
        return 1
    for before in reversed(upstream(nodes[-1].input_tensors[0])):
        bits = getattr(before, "bits", getattr(getattr(before, "activation", None), "bits", None))
        if bits:
            return int(bits)
    return 1
