"""LUTs of pools that are built all at once: some windows built and counted, the rest like them."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds.windows import windows_of
from hls_projects.logic.bits import ZERO, Bit
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.estimation.atoms import changing_bits
from hls_projects.rtl.estimation.live import End

# Windows of a pool that are built; they share comparisons where they overlap.
MOST_BUILT = 100


def pool_cells(end: End) -> np.ndarray:
    """(2,) LUT cells and positions of the comparisons of a pool's windows, both in proportion."""
    places = np.moveaxis(windows_of(end.layer.windows, end.taken.shape), 2, 0)
    kept = np.moveaxis(end.kept.reshape(places.shape[1], places.shape[2], -1), 2, 0)
    windows = places[kept]
    built = windows[:MOST_BUILT]
    netlist, numbers = _numbers(end)
    for window in built:
        end.layer.combine(netlist, [numbers[place] for place in window if place >= 0], True)
    share = len(windows) / max(len(built), 1)
    return share * np.array([netlist.luts, netlist.positions], float)


def _numbers(end: End) -> tuple[Netlist, list[list[Bit]]]:
    """Signed numbers of bits that can change, for the values taken; 0 where there are no terms."""
    width = int(changing_bits(end.bounds).max(initial=0))
    high = [] if end.bounds[0].min() < 0 else [ZERO]
    netlist = Netlist(end.taken.size * width)
    numbers = [
        [Bit(element * width + place) if terms else ZERO for place in range(width)] + high
        for element, terms in enumerate(end.taken.lengths)
    ]
    return netlist, numbers
