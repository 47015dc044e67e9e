"""Occupied LUT positions of a layer's Verilog, at once: LUTs and what carry chains take besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qkeras_models.cost import lut_model
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import LutModel, fitted_model

FILE = Path(__file__).with_name("position_model.json")

CHAINS = ("counted", "counted_inputs", "finished", "finished_inputs")
FEATURES = (*CHAINS, "shared")


@dataclass(frozen=True)
class PositionModel:
    """LUTs by a LutModel, and Σ over neurons of coefficients · features of the neuron.

    A carry chain takes a position without a LUT where it ends.  Chains begin at bits of the lowest
    weight, so their number follows the inputs, their length all bits.  With f the fan-in, b the
    input bits and m = f · b:

        counted          max(m − 5, 0), as in LutModel
        counted_inputs   max(m − 5, 0) / b
        finished         m instead of these two, as in LutModel
        finished_inputs  f beside it
        shared           as in LutModel, whose own is left out: a parity that two chains use takes
                         a LUT once, but a position in each

    Args:
        coefficients: occupied positions for one of each feature, by its name.
        luts: of the LUTs.

    Example:
        >>> fitted_position_model().positions(LayerFacts(784 * 10, (20,) * 10, output_bits=2)) > 0
        True
    """

    coefficients: Mapping[str, float]
    luts: LutModel

    def positions(self, facts: LayerFacts) -> float:
        """Occupied positions of a layer, ≥ 0, not rounded; 0 without a nonzero weight."""
        own = np.array([self.coefficients[name] for name in FEATURES])
        return luts_unshared(facts, self.luts) + float(features(facts) @ own)

    def marginal_positions(self, facts: LayerFacts) -> float:
        """Positions that go when one of the layer's nonzero weights, any of them, becomes 0.

        Of a layer without nonzeros, what the first one costs.  Sharing is left out, as in
        LutModel.marginal_luts, below which this never is.
        """
        own = np.array([self.coefficients[name] for name in CHAINS])
        chains = lut_model.mean_saving(facts, lambda fan_ins: _chains(facts, fan_ins) @ own)
        return self.luts.marginal_luts(facts) + max(chains, 0.0)


def luts_unshared(facts: LayerFacts, model: LutModel) -> float:
    """LUTs of a layer as if no two neurons had a parity in common."""
    return LutModel({**model.coefficients, "shared": 0.0}).luts(facts)


def features(facts: LayerFacts) -> np.ndarray:
    """Sums over the neurons of a layer, in order of FEATURES."""
    chains = _chains(facts, np.asarray(facts.fan_ins, float)).sum(axis=0)
    return np.array([*chains, lut_model.features(facts)[-1]])


def _chains(facts: LayerFacts, fan_ins: np.ndarray) -> np.ndarray:
    """CHAINS of single neurons, (neurons, 4)."""
    counted, _, _, finished, _ = lut_model.neuron_features(facts, fan_ins).T
    bits = facts.input_bits
    return np.stack([counted, counted / bits, finished, finished / bits], axis=1)


@lru_cache(maxsize=1)
def fit_record() -> dict[str, Any]:
    """What benchmarks/fit_position_model.py found: coefficients, errors on networks held out."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def fitted_position_model() -> PositionModel:
    """The model with the coefficients that come with the package."""
    return PositionModel(fit_record()["coefficients"], fitted_model())
