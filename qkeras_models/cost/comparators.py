"""What thermometer codes of inputs cost in hardware: comparators with constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from qkeras_models.networks.layer_sequence import upstream

# Bits of a number in one LUT, beside what the LUT before says of its lower bits.
PART = 5


def comparator_luts(bits: int, value: int) -> int:
    """LUTs that decide whether a number of so many bits is at least `value`, sharing aside.

    Bits below the lowest 1 of the value do not matter; the first LUT takes six bits, each other
    one five more.  None decides what one bit says, or no bit has to.

    Example:
        >>> comparator_luts(10, 512), comparator_luts(10, 16), comparator_luts(10, 1)
        (0, 1, 2)
    """
    if not 0 < value < 1 << bits:
        return 0
    significant = bits - ((value & -value).bit_length() - 1)
    return (significant > 1) * (1 + max(-(-(significant - PART - 1) // PART), 0))


def comparators_of_a_weight(layer: Any, nonzero: np.ndarray) -> float:
    """LUTs of comparators that go when one of a layer's nonzero weights, any of them, becomes 0.

    A comparator goes with the only weight that uses its bit.  0 without a ThermometerInput before
    the layer.

    Args:
        layer: a Keras layer of weights.
        nonzero: which of its weights are not 0, bool (inputs, outputs).
    """
    from qkeras_models.layers.thermometer_input import ThermometerInput

    nodes = getattr(layer, "_inbound_nodes", [])
    before = upstream(nodes[-1].input_tensors[0]) if nodes and nodes[-1].input_tensors else []
    while before and type(before[-1]).__name__ == "Flatten":
        before.pop()
    if not before or not isinstance(before[-1], ThermometerInput):
        return 0.0
    codes = before.pop()
    bits, lowest = next(
        ((b.bits, b.lowest) for b in reversed(before) if hasattr(b, "lowest")), (1, 0)
    )
    values = np.ceil(codes.trained_thresholds()).astype(np.int64) - lowest
    luts = np.array([comparator_luts(bits, int(value)) for value in values])
    alone = nonzero.sum(axis=1).reshape(-1, len(luts)) == 1
    return float((alone * luts).sum() / max(np.count_nonzero(nonzero), 1))
