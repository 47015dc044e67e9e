"""Netlists are read: Verilog, written or synthesized, and what a board's tool routed."""

from hls_projects.proof.reading.sources import read_around, read_circuit, read_routed_circuit

__all__ = ["read_around", "read_circuit", "read_routed_circuit"]
