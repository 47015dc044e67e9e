"""LUT cells and positions of what hardware keeps, by the fitted models or built and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.kinds import Role
from hls_projects.logic.signed_digits import digit_counts
from hls_projects.rtl.estimation.live import End, Live
from hls_projects.rtl.estimation.numbers import made_numbers
from hls_projects.rtl.estimation.pools import pool_cells
from hls_projects.rtl.pipeline.encoder import encoder_luts
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import LutModel
from qkeras_models.cost.position_model import PositionModel


@dataclass(frozen=True)
class Models:
    """The models of LUT cells and of positions."""

    luts: LutModel
    positions: PositionModel

    def cells(self, facts: LayerFacts) -> np.ndarray:
        """(2,) LUT cells and positions of a layer."""
        return np.array([self.luts.luts(facts), self.positions.positions(facts)])


def sums_facts(live: Live) -> Iterator[tuple[End, LayerFacts]]:
    """Of every end that takes sums, the facts of those.

    A signed digit of a factor counts as much as its atom has bits that can change.  What is
    compared as a number is a sum that is finished, as a logit is, where it has several terms.
    """
    for end in live.ends:
        terms, bits = end.taken, None
        kept = end.needed
        if end.layer.role is Role.ACTIVATION:
            bits = end.layer.bits
        elif end.layer.role is not Role.OUTPUT:
            kept = kept & (terms.lengths > 1)
            if not kept.any():
                continue
        added = digit_counts(terms.factors) * live.table.bits[terms.atoms]
        input_bits = max(terms.bits, 1)
        fan_ins = np.bincount(terms.rows, added, terms.size) * kept / input_bits
        yield end, LayerFacts(
            weights=terms.fan_in * terms.size,
            fan_ins=tuple(fan_ins.tolist()),
            input_bits=input_bits,
            output_bits=bits,
        )


def comparisons(end: End, live: Live) -> np.ndarray:
    """(2,) LUT cells and positions of what a thermometer or a pool compares, built and counted."""
    if end.layer.role is Role.POOL:
        return pool_cells(end, live.table) + made_numbers(live.table, end.taken, end.needed)
    kept = end.kept.reshape(-1, len(end.layer.feature))
    # Each comparator takes a position.
    return np.full(2, encoder_luts(end.layer, end.bounds, kept), float)
