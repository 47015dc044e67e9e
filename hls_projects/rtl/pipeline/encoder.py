"""Thermometer codes as logic: comparators of each feature."""

from __future__ import annotations

import numpy as np

from hls_projects.families import XILINX
from hls_projects.kinds import Interval, Role, Thermometer
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.counters.neuron import NeuronBuilder


def encoded(
    builder: NeuronBuilder,
    netlist: Netlist,
    values: np.ndarray,
    layer: Thermometer,
    used: np.ndarray,
) -> np.ndarray:
    """Numbers (…, features) to their bits (…, levels), as numbers; 0 for bits that are not used.

    Args:
        used: bool (levels,); LUTs of two outputs are for bits that stay.
    """
    rows = values.reshape(-1, values.shape[-1])
    found = np.empty((len(rows), len(layer.levels)), object)
    for row, own in zip(rows, found, strict=True):
        own[~used] = [BitSum() for _ in range(int((~used).sum()))]
        for feature in np.unique(layer.feature[used]):
            places = np.flatnonzero(used & (layer.feature == feature))
            levels = layer.levels[places].tolist()
            reached = builder.comparisons(netlist, row[feature], levels)
            for place, level in zip(places, levels, strict=True):
                own[place] = BitSum.of_bits([reached[level]])
    return found.reshape(*values.shape[:-1], -1)


def used_levels(network: IntegerNetwork, position: int) -> np.ndarray:
    """Which bits of a thermometer have a weight in what follows; all where that are no weights."""
    levels = len(network.layers[position].levels)
    following = network.layers[position + 1 :]
    layer = next((layer for layer in following if layer.role is not Role.SHAPE), None)
    weighted = network.is_sequence and layer is not None and layer.role is Role.WEIGHTED
    if not weighted or layer.weights.shape[0] % levels:
        return np.ones(levels, bool)
    return layer.weights.reshape(-1, levels, layer.weights.shape[-1]).any(axis=(0, 2))


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
