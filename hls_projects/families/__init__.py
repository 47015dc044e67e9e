"""FPGA families: what each has, costs and is synthesized with."""

from hls_projects.families.ecp5 import ECP5
from hls_projects.families.family import Delays, Family, Flow, Goal, goal_named
from hls_projects.families.gatemate import GATEMATE
from hls_projects.families.generic import GENERIC
from hls_projects.families.xilinx import XILINX

FAMILIES = {family.name: family for family in (XILINX, ECP5, GATEMATE, GENERIC)}
FLOWS = {flow.name: flow for family in FAMILIES.values() for flow in family.flows}

__all__ = ["ECP5", "FAMILIES", "FLOWS", "GATEMATE", "GENERIC", "XILINX", "Delays", "Family", "Flow",
           "Goal", "family_named", "family_of_flow", "goal_named"]


def family_named(name: str | Family) -> Family:
    """The family of a name; ValueError if there is none."""
    if isinstance(name, Family):
        return name
    if name not in FAMILIES:
        raise ValueError(f"`target` must be one of {', '.join(FAMILIES)}. Received: {name!r}")
    return FAMILIES[name]


def family_of_flow(name: str) -> Family:
    """The family whose Verilog a synthesis target takes."""
    return next(f for f in FAMILIES.values() if any(flow.name == name for flow in f.flows))
