"""What a conversion was told to do, checked before any work is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hls_projects.families import FLOWS, family_of_flow, goal_named

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

# Words of a block RAM at its widest.
MOST_SELF_TESTED = 512


@dataclass(frozen=True)
class RtlOptions:
    """What of the Verilog is wanted.

    Args:
        targets: to synthesize for, names of flows.
        generic: write and simulate Verilog without primitives too.
        optimize: what Verilog is written for: cells, area, balanced or speed.
        clock_period: in ns, which register stages keep to; None for one stage a layer.
        stage_delay: longest delay of a pipeline stage in ns, layers are cut but not joined.
        time_multiplex: dense layers after an image take as many cycles as it has pixels.
        place: place and route for the families of the targets that nextpnr places, ECP5 if none.
        seconds: time limit of each run of a tool.
        prove: prove the Verilog for every input; None where that takes seconds.
        raw_bits: of raw values that enter instead of the network's integers; None for those.
        raw_scale: the input that a raw value of 1 stands for; None for 2^-raw_bits.
        board: write Verilog for the board's family too.
        trade_off: count what Verilog of every goal takes.
    """

    targets: tuple[str, ...] = ()
    generic: bool = False
    optimize: str = "cells"
    clock_period: float | None = None
    stage_delay: float | None = None
    time_multiplex: bool = False
    place: bool = False
    seconds: float = 1800.0
    prove: bool | None = None
    raw_bits: int | None = None
    raw_scale: float | None = None
    board: bool = False
    trade_off: bool = False

    def check(self) -> None:
        """Raises ValueError for an option out of range, RuntimeError if nextpnr is missing."""
        from hls_projects.tools.nextpnr import nextpnr_version
        from hls_projects.tools.routers import ROUTERS

        for target in self.targets:
            if target not in FLOWS:
                allowed = ", ".join(FLOWS)
                raise ValueError(f"`--yosys` must be one of {allowed}. Received: {target!r}")
        goal_named(self.optimize, "--optimize")
        delays = {"--rtl-clock-period": self.clock_period, "--stage-delay": self.stage_delay}
        for name, delay in delays.items():
            if delay is not None and not 0 < delay < float("inf"):
                raise ValueError(f"`{name}` must be > 0 ns. Received: {delay!r}")
        if None not in delays.values():
            raise ValueError("`--rtl-clock-period` and `--stage-delay` cannot both be given")
        if not 0 < self.seconds < float("inf"):
            raise ValueError(f"`--tool-seconds` must be > 0. Received: {self.seconds!r}")
        if self.raw_scale is not None and self.raw_bits is None:
            raise ValueError(f"`--raw-scale` needs `--raw-bits`. Received: {self.raw_scale!r}")
        if self.raw_bits is not None and self.board:
            raise ValueError("`--raw-bits` is of the Verilog alone: leave out it, or `--board`")
        if self.trade_off and self.time_multiplex:
            raise ValueError("`--trade-off` knows no delays of time-multiplexed layers: leave out "
                             "it, or `--time-multiplex`")
        for name in self.placed if self.place else ():
            nextpnr_version(ROUTERS[name].package)

    @property
    def placed(self) -> tuple[str, ...]:
        """Families to place and route."""
        families = [family_of_flow(target) for target in self.targets]
        names = dict.fromkeys(family.name for family in families if family.places)
        return tuple(names) or ("ecp5",)

    def built(self, network: IntegerNetwork) -> IntegerNetwork:
        """What the Verilog computes: the network, or the same of raw values.

        Raises:
            ValueError: where the network cannot take such values.
        """
        from hls_projects.network.raw_inputs import with_raw_inputs

        if self.raw_bits is None:
            return network
        scale = 2.0**-self.raw_bits if self.raw_scale is None else self.raw_scale
        return with_raw_inputs(network, self.raw_bits, scale)


@dataclass(frozen=True)
class BoardOptions:
    """What is wanted of a board.

    Args:
        board: a name, or a YAML file.
        images: of the test set, which the routed netlist must answer right.
        self_test: images in the board's own block RAM; 0 for no self-test.
        seconds: time limit of each run of a tool.
    """

    board: str
    images: int = 100
    self_test: int = 0
    seconds: float = 1800.0

    def check(self) -> None:
        """Raises ValueError for an option out of range, RuntimeError if nextpnr is missing."""
        from hls_projects.board.board_file import find_board
        from hls_projects.tools.nextpnr import nextpnr_version

        find_board(self.board)
        if self.images < 1:
            raise ValueError(f"`--board-images` must be at least 1. Received: {self.images}")
        if not 0 <= self.self_test <= MOST_SELF_TESTED:
            raise ValueError(
                f"`--self-test` must be 0 to {MOST_SELF_TESTED}. Received: {self.self_test}"
            )
        nextpnr_version()


@dataclass(frozen=True)
class ConversionOptions:
    """What convert.py was told; see its help for units and ranges."""

    backend: str = "Vitis"
    strategy: str = "Latency"
    io_type: str | None = None
    clock_period: float = 5.0
    part: str | None = None
    project_name: str | None = None
    data: str | None = None
    samples: int | None = None
    input_bits: int | None = None
    input_scale: float | None = None
    input_unsigned: bool = False
    csim: bool = True
    argmax: bool = False
    prove: bool | None = None
    rtl: RtlOptions | None = None
    board: BoardOptions | None = None
    wrapper: str | None = None
    synthesize: bool = False

    def check(self) -> None:
        """Refuses what cannot work before any work is done.

        Raises:
            ValueError: for an option out of range.
            RuntimeError: naming a program that is missing.
        """
        from hls_projects.hls4ml_front_end.checks import (
            check_backend,
            check_io_type,
            check_project_name,
            check_strategy,
        )
        from hls_projects.tools.vendor_tools import find_program
        from hls_projects.verification.csim import require_compiler
        from qkeras_models.input_formats.fixed_point import check_bits

        check_backend(self.backend)
        check_strategy(self.strategy)
        if self.io_type is not None:
            check_io_type(self.io_type)
        if self.project_name is not None:
            check_project_name(self.project_name)
        if self.part is not None and not re.fullmatch(r"[A-Za-z0-9_\-]+", self.part):
            raise ValueError(
                "`part` must be the name of an FPGA, as in xcvu9p-flga2104-2L-e. "
                f"Received: {self.part!r}"
            )
        if self.input_bits is not None:
            check_bits(self.input_bits)
        if not 0 < self.clock_period < float("inf"):
            raise ValueError(f"`clock_period` must be > 0 ns. Received: {self.clock_period!r}")
        if self.argmax and self.rtl is not None:
            raise ValueError(
                "`--argmax` is of the HLS project alone, Verilog outputs the logits: leave out "
                "`--argmax`, or the options of Verilog"
            )
        if self.rtl is not None:
            self.rtl.check()
        if self.board is not None:
            self.board.check()
        if self.wrapper is not None and self.rtl is not None and self.rtl.raw_bits is not None:
            raise ValueError("`--raw-bits` is of the Verilog alone: leave out it, or `--wrapper`")
        if self.wrapper not in (None, "axis", "hls"):
            raise ValueError(f"`--wrapper` must be axis or hls. Received: {self.wrapper!r}")
        if self.csim or self.rtl is not None:
            require_compiler()
        if self.synthesize:
            find_program(self.backend)

    def refuse_input_format(self, what: str) -> None:
        """Raises ValueError if an input format was given, which `what` holds already."""
        if (self.input_bits, self.input_scale, self.input_unsigned) != (None, None, False):
            raise ValueError(
                "`--input-bits`, `--input-scale` and `--input-unsigned` are of models without an "
                f"InputQuantizer: leave them out. Received: {what}"
            )
