"""Verilog of an integer network, in the fewest LUTs, and its simulation."""

from hls_projects.rtl.design import RtlDesign, write_rtl
from hls_projects.rtl.feasible import check_feasible
from hls_projects.rtl.simulation import RtlSimulation, SimulationError

__all__ = ["RtlDesign", "RtlSimulation", "SimulationError", "check_feasible", "write_rtl"]
