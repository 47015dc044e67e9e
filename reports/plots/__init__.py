"""Plots, the same byte for byte from the same figures."""
