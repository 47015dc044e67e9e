"""Verilog of a conversion: what was written, what tools made of it, what failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hls_projects.families import Family

if TYPE_CHECKING:
    from hls_projects.conversion.rtl.trade_off import TradeOff
    from hls_projects.proof import Counterexample
    from hls_projects.rtl import RtlDesign, RtlSimulation
    from hls_projects.tools.place_and_route import PlacedDesign
    from hls_projects.tools.synthesis import Cells


@dataclass
class VerilogDesign:
    """One Verilog file, and what tools made of it; what failed or was not asked for is missing.

    Attributes:
        family: whose primitives it instantiates.
        design: the file and what it consists of.
        timed: the file of the wrapper around it that gives the class.
        simulation: its simulation, equal to the network on every sample.
        targets: that it was to be synthesized for.
        modules: cells of each module synthesized alone, by target and module.
        whole: cells of the flattened design, by target.
        placed: the routed design.
    """

    family: Family
    design: RtlDesign
    timed: Path
    simulation: RtlSimulation | None = None
    targets: tuple[str, ...] = ()
    modules: dict[str, dict[str, Cells]] = field(default_factory=dict)
    whole: dict[str, Cells] = field(default_factory=dict)
    placed: PlacedDesign | None = None


@dataclass
class Verilog:
    """Every Verilog design of a conversion, and what failed.

    `proofs` says what was found for every input, a line for each Verilog; `counterexamples` are
    inputs that show what is not the network's, by the name of a family.  `trade_offs` are counts of
    designs for other goals, if asked for.
    """

    designs: list[VerilogDesign] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    counterexamples: dict[str, Counterexample] = field(default_factory=dict)
    trade_offs: list[TradeOff] = field(default_factory=list)

    @property
    def simulated(self) -> bool:
        """Whether all of them were simulated, and so compared."""
        return all(written.simulation is not None for written in self.designs)


@contextmanager
def tolerated(found: Verilog, description: str) -> Iterator[None]:
    """Where a tool may fail: the failure is noted and the conversion goes on."""
    from hls_projects.board.device.configuration import ConfigurationError
    from hls_projects.board.device.trellis import TrellisError
    from hls_projects.rtl import SimulationError
    from hls_projects.tools.nextpnr import NextpnrError
    from hls_projects.tools.place_and_route import DesignTooLarge
    from hls_projects.tools.yosys import YosysError

    failures = (YosysError, SimulationError, NextpnrError, DesignTooLarge, TrellisError,
                ConfigurationError)
    try:
        yield
    except failures as error:
        found.failures.append(f"{description}: {error}")
