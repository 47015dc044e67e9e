"""What one nonzero weight costs in hardware, layer by layer."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import fitted_model
from qkeras_models.cost.position_model import fitted_position_model
from qkeras_models.networks.layer_sequence import upstream


def memory_cost(facts: LayerFacts) -> float:
    """Bits to store one more nonzero weight: log2((1 − p) / p) + 1 at density p, at least 1.

    The derivative, by the number of nonzeros, of the size N · (H(p) + p) of an ideal code for
    their positions and signs.
    """
    density = min(max(facts.nonzeros, 1) / facts.weights, 0.5)
    return math.log2((1.0 - density) / density) + 1.0


def memory_bits(weights: int, nonzeros: int) -> float:
    """Size N · (H(p) + p) of an ideal code for the positions and signs of nonzero weights."""
    zeros = weights - nonzeros
    positions = [n * math.log2(weights / n) for n in (nonzeros, zeros) if n]
    return sum(positions) + nonzeros


def macs_cost(facts: LayerFacts) -> float:
    """Additions per inference that one nonzero weight causes: one for each output position."""
    return float(facts.positions)


def luts_cost(facts: LayerFacts) -> float:
    """LUTs that one nonzero weight takes in Verilog, by the model that reports estimate with.

    Comparators of the inputs are among them, where only that weight uses their bits.
    """
    return fitted_model().marginal_luts(facts) + facts.comparators


def positions_cost(facts: LayerFacts) -> float:
    """LUT positions that one nonzero weight occupies once placed, by the model of estimates.

    They are what its LUTs take and the ends of carry chains besides.  Comparators as in luts_cost.
    """
    return fitted_position_model().marginal_positions(facts) + facts.comparators


class HardwareCost(str, Enum):
    """The costs that come with the tool; any function of LayerFacts can stand in their place."""

    MEMORY = "memory"
    MACS = "macs"
    LUTS = "luts"
    POSITIONS = "positions"

    def __call__(self, facts: LayerFacts) -> float:
        return _FUNCTIONS[self](facts)


_FUNCTIONS = {
    HardwareCost.MEMORY: memory_cost,
    HardwareCost.MACS: macs_cost,
    HardwareCost.LUTS: luts_cost,
    HardwareCost.POSITIONS: positions_cost,
}


def input_bits(layer: Any) -> int:
    """Width of a layer's inputs, from the quantizer before it; 1 where none can be found."""
    nodes = getattr(layer, "_inbound_nodes", [])
    if not nodes or not nodes[-1].input_tensors:
        return 1
    found = (_bits(before) for before in reversed(upstream(nodes[-1].input_tensors[0])))
    return next(filter(None, found), 1)


def output_bits(layer: Any) -> int | None:
    """Width of the activations after a layer; None before the logits, or if none can be found."""
    while nodes := getattr(layer, "_outbound_nodes", []):
        layer = nodes[-1].operation
        if (bits := _bits(layer)) or hasattr(layer, "kernel"):
            return bits
    return None


def _bits(layer: Any) -> int | None:
    bits = getattr(layer, "bits", None) or getattr(getattr(layer, "activation", None), "bits", None)
    return int(bits) if bits else None
