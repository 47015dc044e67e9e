"""Plots over LUTs: accuracy and latency, beside published designs."""
