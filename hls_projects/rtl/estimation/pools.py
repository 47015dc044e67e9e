"""LUTs of pools that are built all at once: some windows built and counted, the rest like them."""

from __future__ import annotations

import numpy as np

from hls_projects.kinds.windows import windows_of
from hls_projects.logic.bits import ZERO, Bit, signed_width
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.estimation.atoms import AtomTable
from hls_projects.rtl.estimation.live import End
from hls_projects.rtl.estimation.terms import Terms

# Windows of a pool that are built; they share comparisons where they overlap.
MOST_BUILT = 100


def pool_cells(end: End, table: AtomTable) -> np.ndarray:
    """(2,) LUT cells and positions of the comparisons of a pool's windows, both in proportion."""
    places = np.moveaxis(windows_of(end.layer.windows, end.taken.shape), 2, 0)
    kept = np.moveaxis(end.kept.reshape(places.shape[1], places.shape[2], -1), 2, 0)
    windows = places[kept]
    built = windows[:MOST_BUILT]
    netlist, numbers = _numbers(end.taken, table)
    for window in built:
        end.layer.combine(netlist, [numbers[place] for place in window if place >= 0], True)
    share = len(windows) / max(len(built), 1)
    return share * np.array([netlist.luts, netlist.positions], float)


def _numbers(taken: Terms, table: AtomTable) -> tuple[Netlist, list[list[Bit]]]:
    """Signed numbers, all of one width, for the values taken; 0 where there are no terms."""
    lowest, highest = table.encoded(taken)
    low = int(lowest.min())
    width = signed_width(low, int(highest.max())) - (low >= 0)
    netlist = Netlist(taken.size * width)
    numbers = [
        [Bit(element * width + place) if terms else ZERO for place in range(width)]
        + [ZERO] * (low >= 0)
        for element, terms in enumerate(taken.lengths)
    ]
    return netlist, numbers
