"""What an FPGA family is to this project: one value that every per-family table is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from hls_projects.families.luts import DualLuts, Lut4s
from hls_projects.rtl.chains.chain import Chain

# Bits that a common part must save, by mnist-small: fewer cost as much as they save, or LUT levels.
SHARED_BITS, SHARED_BITS_SIDE_BY_SIDE = 2, 4


class Goal(str, Enum):
    """What Verilog is written for.

    Attributes:
        CELLS: fewest LUT cells, each neuron by itself; carry chains occupy more positions.
        AREA: fewest occupied LUT positions; what several neurons have in common is counted once.
        BALANCED: few LUT levels, by counters that stand side by side where those of a carry chain
            follow one another; what several activations have in common is counted once.
        SPEED: fewest LUT levels: the same, each neuron by itself.
    """

    CELLS = "cells"
    AREA = "area"
    BALANCED = "balanced"
    SPEED = "speed"


def goal_named(name: Goal | str, option: str = "optimize") -> Goal:
    """The goal of a name; ValueError, which names the option, if there is none."""
    if name not in [goal.value for goal in Goal]:
        allowed = ", ".join(goal.value for goal in Goal)
        raise ValueError(f"`{option}` must be one of {allowed}. Received: {name!r}")
    return Goal(name)


@dataclass(frozen=True)
class Delays:
    """Delays in ns, with the routing to the next cell.

    Attributes:
        lut: through a LUT.
        chain: into a carry chain and out of it.
        carry: along one position of a carry chain.
        register: clock to output and setup.
    """

    lut: float
    chain: float
    carry: float
    register: float


@dataclass(frozen=True)
class Flow:
    """Logic synthesis with Yosys for some devices of a family.

    Args:
        name: of the target.
        command: of Yosys, of the module {top}; several with `; ` between.
        carry: the unit of its carry cells.
        carry_note: what a reader must know of them.
        lut: the unit of its LUTs.
        luts_a_carry: LUTs that a carry cell consists of, which Yosys counts as none.
        lut_note: what a reader must know of LUTs.
        positions: whether hls_projects.tools.lut_positions knows its rules of placement.
        delay_note: what the delay model is worth there; empty where it is of no device of it.
    """

    name: str
    command: str
    carry: str
    carry_note: str = ""
    lut: str = "LUT"
    luts_a_carry: int = 0
    lut_note: str = ""
    positions: bool = False
    delay_note: str = ""

    def synthesis(self, top: str = "top", hierarchical: bool = False) -> str:
        """The command of Yosys that synthesizes a module, flattened or module by module."""
        command = self.command.format(top=top)
        if not hierarchical:
            return command
        kept = command.replace(" -flatten", "")
        if kept != command:
            return kept
        return "; ".join(f"{part} -noflatten" for part in command.split("; "))


@dataclass(frozen=True)
class Family:
    """An FPGA family, or Verilog for any.

    Args:
        name: of the family, and of the `target` that Verilog is written for.
        folder: of its Verilog, within a run's.
        chain: the counters that it has, on its carry chains.
        luts: its LUTs.
        searched_bits: bits above which full counters go first, without search.
        bits_a_lut: bits that one LUT takes away, for the estimate of what a state still costs.
            What never exceeds the true cost may be larger; these give the same LUTs on measured
            networks and search several times fewer states.
        residual_bits: bits of a sum that are left to truth tables, at least.
        proven_nonzeros: of networks whose Verilog is proven by default, which takes seconds.
        slack: LUTs that a compression may cost beyond the cheapest.
        delays: of its cells, by the delay model.
        primitives: one sentence on what its Verilog instantiates.
        tools: how to take its Verilog into a tool, Markdown; {period} is the clock's in ns.
        flows: of logic synthesis.
        cells: regular expressions of its cell types, by kind: ffs, carries, brams, dsps.
        places: whether nextpnr places and routes it here.
        shared_bits: bits that a common part of several sums must save to be counted once; 0 for
            sums that share nothing.
        smallest: the counters that occupy fewest positions, if they are others than `chain`.
        parallel: whether counters stand side by side, for few LUT levels, where those of a chain
            follow one another.
    """

    name: str
    folder: str
    chain: Chain
    luts: DualLuts | Lut4s
    searched_bits: int
    bits_a_lut: float
    residual_bits: int
    slack: int
    proven_nonzeros: int
    delays: Delays
    primitives: str
    tools: str
    flows: tuple[Flow, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    places: bool = False
    shared_bits: int = 0
    smallest: Chain | None = None
    parallel: bool = False

    def optimized(self, goal: Goal | str) -> Family:
        """The family as Verilog for a goal is written.

        Raises:
            ValueError: for another goal.
        """
        goal = goal_named(goal)
        if goal is Goal.CELLS:
            return self
        if goal is Goal.AREA:
            return replace(self, chain=self.smallest or self.chain, shared_bits=SHARED_BITS)
        shared = SHARED_BITS_SIDE_BY_SIDE if goal is Goal.BALANCED else 0
        return replace(self, shared_bits=shared, parallel=True)
