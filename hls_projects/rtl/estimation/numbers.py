"""Single numbers built to be counted: logits of few bits, and what pools compare."""

from __future__ import annotations

import numpy as np

from hls_projects.families import XILINX
from hls_projects.logic.bits import Bit, signed_width
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.logic.signed_digits import signed_digits
from hls_projects.rtl.counters.neuron import MOST_RIPPLED, NeuronBuilder
from hls_projects.rtl.estimation.atoms import AtomTable
from hls_projects.rtl.estimation.terms import Terms

# Bits of a sum that is built to see how many bits of the finished number differ.
MOST_BUILT_BITS = 12


def logit_registers(table: AtomTable, sums: Terms, bias: np.ndarray, width: int) -> np.ndarray:
    """(classes,) signals that a register holds of each logit, all of them of `width` bits.

    Of sums of few bits the numbers are built; bits of others differ, but far above a sum's own
    all are one signal, or constant.
    """
    lowest, highest = table.encoded(sums)
    builder, found = NeuronBuilder(XILINX), np.zeros(sums.size, np.int64)
    ends = np.searchsorted(sums.rows, np.arange(sums.size + 1))
    for row, (span, offset) in enumerate(zip(highest - lowest, lowest + bias, strict=True)):
        terms = slice(ends[row], ends[row + 1])
        own = int(span).bit_length()
        number, netlist = _bit_sum(table, sums.atoms[terms], sums.factors[terms])
        if sum(number.heights) <= MOST_BUILT_BITS:
            number.offset += int(bias[row])
            bits = builder.logit(netlist, number, width)
            found[row] = len({bit.signal for bit in bits if not bit.constant})
        elif width <= own + MOST_RIPPLED:
            found[row] = width
        else:
            found[row] = own + (int(offset) % (1 << own) + int(span) >= 1 << own)
    return found


def made_numbers(table: AtomTable, sums: Terms, needed: np.ndarray) -> np.ndarray:
    """(2,) LUT cells and positions that make signed numbers of those sums of one term.

    Args:
        needed: (sums,) bool, which are made.
    """
    single = (needed & (sums.lengths == 1))[sums.rows]
    atoms, factors = sums.atoms[single], sums.factors[single]
    lowest, highest = table.encoded(sums)
    width = signed_width(int(lowest.min()), int(highest.max()))
    kinds = np.stack([table.lowest[atoms], table.span[atoms], factors], axis=1)
    _, first, counts = np.unique(kinds, axis=0, return_index=True, return_counts=True)
    builder, total = NeuronBuilder(XILINX), np.zeros(2)
    for place, count in zip(first, counts, strict=True):
        number, netlist = _bit_sum(table, atoms[[place]], factors[[place]])
        builder.logit(netlist, number, width)
        total += count * np.array([netlist.luts, netlist.positions])
    return total


def _bit_sum(
    table: AtomTable, atoms: np.ndarray, factors: np.ndarray
) -> tuple[BitSum, Netlist]:
    """Σ factor · atom, and a netlist whose inputs are the atoms' bits."""
    total, signals = BitSum(), 0
    for atom, factor in zip(atoms.tolist(), factors.tolist(), strict=True):
        number = BitSum(int(table.lowest[atom]))
        span = int(table.span[atom])
        for place in range(span.bit_length()):
            if span >> place & 1:
                number.add_bit(place, Bit(signals))
                signals += 1
        for place, sign in signed_digits(factor):
            total.add(number, sign, place)
    return total, Netlist(signals)
