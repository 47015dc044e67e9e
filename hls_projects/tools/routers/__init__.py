"""What nextpnr is told for each FPGA family, and what its report means."""

from hls_projects.tools.routers.ecp5 import ECP5
from hls_projects.tools.routers.gatemate import GATEMATE
from hls_projects.tools.routers.router import Demand, Router

ROUTERS = {"ecp5": ECP5, "gatemate": GATEMATE}

__all__ = ["ROUTERS", "Demand", "Router", "router_named"]


def router_named(family: str) -> Router:
    """The router of a family; ValueError if nextpnr does not place it here."""
    if family not in ROUTERS:
        raise ValueError(f"`family` must be one of {', '.join(ROUTERS)}. Received: {family!r}")
    return ROUTERS[family]
