"""Bit-parallel simulation of the Verilog: Yosys CXXRTL translates it, g++ compiles it."""
