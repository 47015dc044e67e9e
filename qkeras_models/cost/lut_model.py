"""LUTs of a layer's Verilog, at once: one model for training and for reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qkeras_models.cost.layer_facts import LayerFacts

FILE = Path(__file__).with_name("lut_model.json")

# A function of this many bits takes one LUT with two outputs; more bits are counted first.
LUT_BITS = 5
# Six bits of equal weight are counted at a time, and half of a counter's LUTs is their parity.
COUNTER_BITS = 6
# Larger sums are finished and compared, five bits of the sum in a LUT:
# hls_projects.rtl.counters.neuron.
LARGEST_PLANNED_SUM = 1023

FEATURES = ("counted", "first", "first_level", "finished", "compared", "shared")


@dataclass(frozen=True)
class LutModel:
    """Σ over neurons of coefficients · features of the neuron, one sample a clock cycle.

    With m = fan-in · input bits, the bits that a neuron adds, and a its activation bits:

        counted      max(m − 5, 0), bits that counters take away before the thresholds
        first        min(m, 5) / 5, the LUT that decides
        first_level  (a − 1) · min(m, 5) / 5, more of it for more activation bits
        finished     m instead of these three, where the sum itself is needed: in the last layer,
                     and where it can exceed 1023
        compared     ⌈width of the sum / 5⌉ · (2^a − 1) for sums that can exceed 1023
        shared       −m / 6 of a neuron without any zero weight, beside more than two such ones:
                     parities of the same inputs are computed once

    Args:
        coefficients: LUTs for one of each feature, by its name.

    Example:
        >>> fitted_model().luts(LayerFacts(784 * 10, (20,) * 10, output_bits=2)) > 0
        True
    """

    coefficients: Mapping[str, float]

    def luts(self, facts: LayerFacts) -> float:
        """LUT cells of a layer, not rounded; 0 without a nonzero weight."""
        return float(features(facts) @ self._vector())

    def marginal_luts(self, facts: LayerFacts) -> float:
        """LUTs that go when one of the layer's nonzero weights, any of them, becomes 0.

        Of a layer without nonzeros, what the first one costs.  Sharing is left out: it would make
        the last zero weight of a neuron dearer than the weight itself.
        """
        vector = self._vector()[:-1]
        return mean_saving(facts, lambda fan_ins: neuron_features(facts, fan_ins) @ vector)

    def _vector(self) -> np.ndarray:
        return np.array([self.coefficients[name] for name in FEATURES])


def features(facts: LayerFacts) -> np.ndarray:
    """Sums over the neurons of a layer, in order of FEATURES."""
    fan_ins = np.asarray(facts.fan_ins, float)
    full = int((fan_ins == facts.largest_fan_in).sum())
    shared = -max(full - 2, 0) * facts.largest_fan_in * facts.input_bits / COUNTER_BITS
    return np.array([*neuron_features(facts, fan_ins).sum(axis=0), shared])


def mean_saving(facts: LayerFacts, of_neurons: Callable[[np.ndarray], np.ndarray]) -> float:
    """What goes when one nonzero weight of a layer, any of them, becomes 0, in the mean.

    Args:
        facts: of the layer; without nonzeros, the first one of each neuron goes.
        of_neurons: fan-ins (neurons,) to what each neuron takes.
    """
    fan_ins = np.maximum(np.asarray(facts.fan_ins, float), 0 if facts.nonzeros else 1)
    saved = of_neurons(fan_ins) - of_neurons(np.maximum(fan_ins - 1, 0))
    return float(fan_ins @ saved / fan_ins.sum())


def neuron_features(facts: LayerFacts, fan_ins: np.ndarray) -> np.ndarray:
    """Features of single neurons (neurons, len(FEATURES) − 1), all but what they share."""
    bits = fan_ins * facts.input_bits
    zero = np.zeros(len(bits))
    if facts.output_bits is None:
        return np.stack([zero, zero, zero, bits, zero], axis=1)
    first = np.minimum(bits, LUT_BITS) / LUT_BITS
    planned = np.stack([bits - LUT_BITS * first, first, first * (facts.output_bits - 1)])
    largest = fan_ins * ((1 << facts.input_bits) - 1)
    parts = np.ceil(_bit_lengths(largest) / LUT_BITS) * ((1 << facts.output_bits) - 1)
    finished = largest > LARGEST_PLANNED_SUM
    return np.stack([*(planned * ~finished), bits * finished, parts * finished], axis=1)


def _bit_lengths(values: np.ndarray) -> np.ndarray:
    return np.ceil(np.log2(values + 1.0))


@lru_cache(maxsize=1)
def fit_record() -> dict[str, Any]:
    """What benchmarks/fit_lut_model.py found: coefficients, and errors on networks held out."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def fitted_model() -> LutModel:
    """The model with the coefficients that come with the package."""
    return LutModel(fit_record()["coefficients"])
