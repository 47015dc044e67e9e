"""Counters of each kind of carry chain, and of LUTs alone: moves, bits, Verilog."""
