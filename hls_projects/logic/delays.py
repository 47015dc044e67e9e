"""How long logic takes, by a model: typical delays of cells with the routing to the next one."""

from __future__ import annotations

from collections.abc import Iterable

from hls_projects.families.family import Delays
from hls_projects.logic.bits import CONSTANT
from hls_projects.logic.netlist import ChainNode, Netlist, Node


def shortest_period(netlists: Iterable[tuple[Netlist, bool]], delays: Delays) -> float:
    """Shortest clock period in ns of stages of such logic: their slowest path.

    Args:
        netlists: in a row, and whether registers follow each.
        delays: of cells.
    """
    periods, start = [0.0], delays.register
    for netlist, clocked in netlists:
        end = slowest_path(netlist, delays, start)
        periods.append(end)
        start = delays.register if clocked else end
    return max(periods)


def slowest_path(netlist: Netlist, delays: Delays, start: float) -> float:
    """When the last signal is there, in ns, of inputs that are there at `start`."""
    arrival = dict.fromkeys(range(CONSTANT, netlist.inputs), start)
    for node in netlist.nodes:
        latest = max((arrival[signal] for signal in node.inputs), default=start)
        arrival.update(dict.fromkeys(node.outputs, latest + cell_delay(node, delays)))
    return max(arrival.values())


def cell_delay(node: Node, delays: Delays) -> float:
    """Delay through a cell in ns, with the routing to the next one; none of a constant."""
    if isinstance(node, ChainNode):
        return delays.chain + delays.carry * node.length
    return delays.lut if node.inputs else 0.0
