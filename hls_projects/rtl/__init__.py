"""Verilog of an integer network, in the fewest LUTs, and its simulation."""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "RtlDesign": "hls_projects.rtl.design",
    "RtlSimulation": "hls_projects.rtl.cxxrtl.simulation",
    "SimulationError": "hls_projects.rtl.cxxrtl.simulation",
    "check_feasible": "hls_projects.rtl.feasible",
    "count_rtl": "hls_projects.rtl.design",
    "write_rtl": "hls_projects.rtl.design",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
