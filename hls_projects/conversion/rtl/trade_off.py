"""What Verilog of every goal takes, and how fast it is, by our own counts and the delay model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hls_projects.families import Family, Goal

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

# A clock that is slow enough for all layers in one cycle, in ns.
SLOW = 1e6


@dataclass(frozen=True)
class TradeOff:
    """One goal and one way to place registers.

    Attributes:
        family: name of the FPGA family.
        goal: of `--optimize`.
        registers: where they stand, in words.
        luts: LUT cells.
        positions: LUT positions; None where hardware of the family has other rules.
        ffs: flip-flops.
        cycles: from in_valid to out_valid.
        period: shortest clock period in ns.
        pixels: cycles in which a sample enters.
    """

    family: str
    goal: str
    registers: str
    luts: int
    positions: int | None
    ffs: int
    cycles: int
    period: float
    pixels: int

    @property
    def latency(self) -> float:
        """cycles · period, in ns."""
        return self.cycles * self.period

    @property
    def samples_a_second(self) -> float:
        """1e9 / (pixels · period)."""
        return 1e9 / (self.pixels * self.period)


def trade_offs(
    network: IntegerNetwork, family: Family, clock_period: float | None = None
) -> list[TradeOff]:
    """Designs of all goals, with a register stage a layer, in one cycle, and for a clock.

    They are built, not simulated: `convert.py --optimize GOAL` does that with the one it writes.

    Args:
        network: what to compute.
        family: whose cells.
        clock_period: in ns, a clock of interest; None for none.
    """
    from hls_projects.rtl import count_rtl

    ways = {"one stage a layer": None, "none between layers": SLOW}
    if clock_period is not None:
        ways[f"for {clock_period:g} ns"] = clock_period
    return [
        TradeOff(
            family.name, goal.value, registers, design.luts, design.positions, design.ffs,
            design.latency, design.period, design.pixels,
        )
        for goal in Goal
        for registers, design in zip(
            ways,
            count_rtl(network, list(ways.values()), target=family, optimize=goal),
            strict=True,
        )
    ]
