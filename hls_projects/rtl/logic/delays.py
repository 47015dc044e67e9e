"""How long logic takes, by a model: typical delays of cells with the routing to the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hls_projects.rtl.logic.bits import CONSTANT
from hls_projects.rtl.logic.netlist import CarryChain, LutChain, Netlist, Node
from hls_projects.rtl.target import Target


@dataclass(frozen=True)
class Delays:
    """Delays in ns, with the routing to the next cell.

    Attributes:
        lut: through a LUT.
        chain: into a carry chain and out of it.
        carry: along one stage of a carry chain.
        register: clock to output and setup.
    """

    lut: float
    chain: float
    carry: float
    register: float

    def of(self, node: Node) -> float:
        """Delay through a cell; none of a constant."""
        if isinstance(node, CarryChain):
            return self.chain + self.carry * len(node.propagates)
        if isinstance(node, LutChain):
            return self.chain + self.carry * len(node.stages)
        return self.lut if node.inputs else 0.0


# Xilinx: typical of UltraScale+ of speed grade −2, assumed.  ECP5: mean of the slowest paths that
# nextpnr reported for this project's networks, speed grade 6.  Generic: as ECP5.
DELAYS = {
    Target.XILINX: Delays(lut=0.5, chain=0.45, carry=0.01, register=0.25),
    Target.ECP5: Delays(lut=1.2, chain=2.0, carry=0.04, register=1.0),
    Target.GENERIC: Delays(lut=1.2, chain=2.0, carry=0.04, register=1.0),
}


def shortest_period(netlists: Iterable[Netlist], target: Target) -> float:
    """Shortest clock period in ns of stages of such logic: their slowest path."""
    return max(_slowest_path(netlist, DELAYS[target]) for netlist in netlists)


def _slowest_path(netlist: Netlist, delays: Delays) -> float:
    arrival = dict.fromkeys(range(CONSTANT, netlist.inputs), delays.register)
    for node in netlist.nodes:
        latest = max((arrival[signal] for signal in node.inputs), default=delays.register)
        arrival.update(dict.fromkeys(node.outputs, latest + delays.of(node)))
    return max(arrival.values())
