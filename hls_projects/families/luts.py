"""LUTs of FPGA families: how many a function of some bits takes."""

from __future__ import annotations

from dataclasses import dataclass

from hls_projects.logic.netlist import LUT4S, Netlist

TOO_MANY = 10**6


@dataclass(frozen=True)
class DualLuts:
    """LUT6_2: one function of 6 inputs, or two of the same 5.

    Args:
        instantiated: whether Verilog instantiates them, or has truth tables as expressions.
        inputs: at the full number of outputs.
    """

    instantiated: bool
    inputs: int = 5

    def tables(self, inputs: int, outputs: int) -> int:
        """LUTs of so many truth tables over the same inputs."""
        if inputs <= self.inputs:
            return -(-outputs // 2)
        return outputs if inputs == 6 else TOO_MANY

    def least(self, bits: int, outputs: int) -> int:
        """LUTs that so many functions of bits take at least."""
        return -(-outputs // 2) + (-(-(bits - 5) // 3) if bits > 5 else 0)

    def count(self, netlist: Netlist) -> int:
        """LUT cells of a netlist."""
        return netlist.luts


@dataclass(frozen=True)
class Lut4s:
    """LUT4s, and multiplexers between them that cost nothing."""

    instantiated: bool = False
    inputs: int = 4

    def tables(self, inputs: int, outputs: int) -> int:
        """LUTs of so many truth tables over the same inputs."""
        return outputs * LUT4S[inputs] if inputs < len(LUT4S) else TOO_MANY

    def least(self, bits: int, outputs: int) -> int:
        """LUTs that so many functions of bits take at least."""
        return outputs + max(0, bits - 4) // 2

    def count(self, netlist: Netlist) -> int:
        """LUT cells of a netlist, without those of carry chains."""
        return netlist.lut4s
