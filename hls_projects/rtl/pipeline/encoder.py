"""Thermometer codes as logic: comparators of each feature."""

from __future__ import annotations

import numpy as np

from hls_projects.families import XILINX
from hls_projects.kinds import Interval, Thermometer
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.neuron import NeuronBuilder


def encoded(
    builder: NeuronBuilder, netlist: Netlist, values: np.ndarray, layer: Thermometer
) -> np.ndarray:
    """Numbers (…, features) to their bits (…, levels), as numbers."""
    rows = values.reshape(-1, values.shape[-1])
    found = np.empty((len(rows), len(layer.levels)), object)
    for row, own in zip(rows, found, strict=True):
        for feature in np.unique(layer.feature):
            places = np.flatnonzero(layer.feature == feature)
            levels = layer.levels[places].tolist()
            reached = builder.comparisons(netlist, row[feature], levels)
            for place, level in zip(places, levels, strict=True):
                own[place] = BitSum.of_bits([reached[level]])
    return found.reshape(*values.shape[:-1], -1)


def encoder_luts(layer: Thermometer, inputs: Interval, used: np.ndarray) -> int:
    """LUT cells of the comparators of the bits (…, levels) that are used, built and counted.

    Args:
        layer: the levels.
        inputs: bounds (…, features) of the numbers.
        used: bool (…, levels).
    """
    builder = NeuronBuilder(XILINX)
    lowest, highest = (end.reshape(-1, end.shape[-1]) for end in inputs)
    total = 0
    for low, high, row in zip(lowest, highest, used.reshape(-1, used.shape[-1]), strict=True):
        for feature in np.unique(layer.feature[row]):
            width = int(high[feature] - low[feature]).bit_length()
            number = BitSum.of_bits([Bit(place) for place in range(width)])
            number.offset = int(low[feature])
            netlist = Netlist(width)
            levels = layer.levels[row & (layer.feature == feature)].tolist()
            builder.comparisons(netlist, number, levels)
            total += netlist.luts
    return total
