"""Verilog of an integer network, in the fewest LUTs, and its simulation."""

from hls_projects.rtl.design import RtlDesign, write_rtl

__all__ = ["RtlDesign", "write_rtl"]
