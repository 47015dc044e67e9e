"""Verilog in a conversion: written, simulated, proved, synthesized, placed and routed."""
