"""Verilog of an integer network, in the fewest LUTs, and its simulation."""

from hls_projects.rtl.cxxrtl.simulation import RtlSimulation, SimulationError
from hls_projects.rtl.design import RtlDesign, write_rtl
from hls_projects.rtl.feasible import check_feasible

__all__ = ["RtlDesign", "RtlSimulation", "SimulationError", "check_feasible", "write_rtl"]
