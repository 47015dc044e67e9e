"""From a network's Verilog to a board's bitstream: synthesis, place and route, clock, packing."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hls_projects.board.board_file import DEVICES, BoardFile
from hls_projects.board.device.clock_settings import clock_for, divisor_of, set_clock
from hls_projects.board.device.configuration import (
    ConfigurationError,
    compare_configurations,
    read_configuration,
)
from hls_projects.board.device.pll import Pll, fastest
from hls_projects.board.device.routed_cells import cells_by_part, draw_placement, part_names
from hls_projects.board.device.trellis import pack, unpack
from hls_projects.board.fingerprint import fingerprint
from hls_projects.board.fit import check_fits, check_memories
from hls_projects.board.protocol import Hello
from hls_projects.board.simulation.netlist import BLOCK_RAM, read_routed
from hls_projects.board.wrapper import Wrapper, constraints, memory_files
from hls_projects.tools.nextpnr import run_nextpnr
from hls_projects.tools.routers.ecp5 import demand
from hls_projects.tools.yosys import run_yosys
from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    import numpy as np

    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign

# What placement aims at, MHz; the clock itself is chosen once the design is routed.
AIM = 100.0
NETLIST, BITSTREAM = "routed.json", "board.bit"


@dataclass(frozen=True)
class Bitstream:
    """A network on a board, ready to load.

    Attributes:
        board: the board.
        hello: what it says of itself, its clock included.
        folder: with board.bit, routed.json and what they were made from.
        fmax_mhz: highest clock after routing, slow corner.
        pll: that gives the clock.
        divisor: clock cycles a bit of the serial line.
        parts: LUT4s (TRELLIS_COMB) and flip-flops (TRELLIS_FF) of each layer and the wrapper.
        settings: of the routed configuration, found again in the bitstream.
        seconds: of each step.
    """

    board: BoardFile
    hello: Hello
    folder: Path
    fmax_mhz: float
    pll: Pll
    divisor: int
    parts: dict[str, Counter[str]]
    settings: int
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def netlist(self) -> Path:
        """The routed netlist, with the clock that the bitstream has."""
        return self.folder / NETLIST

    @property
    def bitstream(self) -> Path:
        """What is loaded into the board."""
        return self.folder / BITSTREAM


Step = Callable[[str], Any]


def build_bitstream(
    network: IntegerNetwork,
    design: RtlDesign,
    board: BoardFile,
    folder: Path,
    step: Step,
    *,
    name: str = "network",
    tested: np.ndarray | None = None,
    seed: int = 1,
    seconds: float = 1800.0,
) -> Bitstream:
    """Writes folder/board.bit and everything that it was made from.

    Args:
        network: what the board computes.
        design: its Verilog, written for ECP5.
        board: the board.
        folder: made if it is not there.
        step: a context manager around each long step, given its description.
        name: of the network, which the board's hello says.
        tested: integer samples (n, …) of a self-test, which go into block RAM; None for none.
        seed: of the placer.
        seconds: time limit of each tool.

    Raises:
        TooLargeForBoard: before routing, naming the boards that it would fit.
        YosysError, NextpnrError, TrellisError: if a tool fails or reaches its limit.
        ConfigurationError: if the bitstream does not hold what was routed.
        ValueError: if no clock suits the serial line.
    """
    check_fits(design.luts + 2 * design.carries, design.ffs, board)
    folder.mkdir(parents=True, exist_ok=True)
    build = _Build(board, folder, step, seconds)
    hello = hello_of(network, design, board=board.name, baud=board.baud, name=name,
                     images=0 if tested is None else len(tested))
    first = fastest(board.megahertz, AIM)
    wrapper = Wrapper(hello, max(4, round(first.megahertz * 1e6 / board.baud)))
    memories = {}
    if tested is not None:
        memories = memory_files(hello, tested, network.predict_integers(tested))
    build.synthesize(wrapper.on_device(board, first), design.verilog, memories)
    return build.finish(hello, build.route(seed), part_names(design.verilog))


def hello_of(
    network: IntegerNetwork,
    design: RtlDesign,
    *,
    board: str,
    baud: int,
    name: str,
    kilohertz: int = 0,
    images: int = 0,
) -> Hello:
    """What a board says of itself; the clock may not be known yet.

    Args:
        network: that it holds.
        design: its Verilog.
        board, baud, name, kilohertz, images: as in Hello.
    """
    form = network.input
    return Hello(
        kilohertz=kilohertz,
        network=fingerprint(network),
        name=name,
        shape=form.shape,
        bits=form.bits,
        signed=form.signed,
        scale=form.scale if isinstance(form.scale, float) and not form.parts else None,
        pixels=design.pixels,
        latency=design.latency,
        classes=design.classes,
        logit_bits=design.logit_bits,
        images=images,
        board=board,
        baud=baud,
    )


class _Build:
    """The tools' runs in one folder, timed."""

    def __init__(self, board: BoardFile, folder: Path, step: Step, limit: float) -> None:
        self.board, self.folder, self.step, self.limit = board, folder, step, limit
        self.seconds: dict[str, float] = {}

    def _timed(self, name: str, description: str, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        with self.step(description):
            result = work()
        self.seconds[name] = time.monotonic() - started
        return result

    def synthesize(self, board: str, network: Path, memories: dict[str, str]) -> None:
        """Writes synthesized.json; refuses what does not fit."""
        for file, text in memories.items():
            write_atomically(self.folder / file, text)
        write_atomically(self.folder / "board.v", board)
        write_atomically(self.folder / "network.v", network.read_bytes())
        write_atomically(self.folder / "board.lpf", constraints(self.board))
        script = ["read_verilog network.v", "read_verilog board.v",
                  "synth_ecp5 -top board -json synthesized.json"]
        self._timed("synthesis", "synthesizing the board's design", lambda: run_yosys(
            script, folder=self.folder, seconds=self.limit))
        text = (self.folder / "synthesized.json").read_text(encoding="utf-8")
        module = json.loads(text)["modules"]["board"]
        needed = demand(module)
        check_fits(needed.luts, needed.ffs, self.board)
        types = (cell["type"] for cell in module["cells"].values())
        check_memories(sum(kind == BLOCK_RAM for kind in types), self.board)

    def route(self, seed: int) -> float:
        """Writes the routed netlist; returns its highest clock, MHz."""
        self._timed("routing", "placing and routing, which takes minutes", lambda: self._nextpnr(
            "nextpnr.log", "--json", "synthesized.json", "--lpf", "board.lpf", "--seed", str(seed),
            "--write", NETLIST, "--textcfg", "routed.config", "--report", "nextpnr.json",
            "--timing-allow-fail"))
        report = json.loads((self.folder / "nextpnr.json").read_text(encoding="utf-8"))
        return min(clock["achieved"] for clock in report["fmax"].values())

    def finish(self, hello: Hello, fmax: float, parts: dict[str, str]) -> Bitstream:
        """Sets the clock, packs the bitstream and draws what was placed."""
        board, folder = self.board, self.folder
        pll = clock_for(board.megahertz, fmax, board.baud)
        divisor = divisor_of(pll.megahertz, board.baud)
        hello = replace(hello, kilohertz=round(1000 * pll.megahertz))
        settings = self.pack(pll, divisor, hello.kilohertz)
        module = read_routed(folder / NETLIST)
        title = f"{hello.name} on {board.name}, {fmax:.1f} MHz"
        self._timed("drawing", "drawing the placed design", lambda: draw_placement(
            module, parts, folder / "placed.png", title))
        cells = cells_by_part(module, parts)
        return Bitstream(board, hello, folder, fmax, pll, divisor, cells, settings, self.seconds)

    def pack(self, pll: Pll, divisor: int, kilohertz: int) -> int:
        """Sets the clock and writes the bitstream; returns how many settings it holds."""
        return self._timed("packing", "packing the bitstream, and unpacking it again",
                           lambda: self._pack(pll, divisor, kilohertz))

    def _pack(self, pll: Pll, divisor: int, kilohertz: int) -> int:
        folder = self.folder
        document = json.loads((folder / NETLIST).read_text(encoding="utf-8"))
        set_clock(next(iter(document["modules"].values())), pll, divisor, kilohertz)
        write_atomically(folder / NETLIST, json.dumps(document))
        self._nextpnr("clock.log", "--json", NETLIST, "--no-pack", "--no-place", "--no-route",
                      "--textcfg", "board.config")
        configuration, bitstream = folder / "board.config", folder / BITSTREAM
        pack(configuration, bitstream, self.limit)
        unpack(bitstream, folder / "unpacked.config", self.limit)
        compared = compare_configurations(
            read_configuration(configuration), read_configuration(folder / "unpacked.config"))
        again = folder / "again.bit"
        pack(folder / "unpacked.config", again, self.limit)
        if again.read_bytes() != bitstream.read_bytes():
            raise ConfigurationError("the bitstream, unpacked and packed again, is another one")
        again.unlink()
        (folder / "unpacked.config").unlink()
        return compared

    def _nextpnr(self, log: str, *arguments: str) -> None:
        board = self.board
        device = [DEVICES[board.device][0], "--package", board.package, "--speed", str(board.speed)]
        run_nextpnr([*device, *arguments], folder=self.folder, seconds=self.limit,
                    log=self.folder / log)
