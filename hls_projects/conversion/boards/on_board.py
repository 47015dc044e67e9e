"""A bitstream of a network, and what was routed, simulated from serial pin to serial pin."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.conversion.options import BoardOptions
from hls_projects.conversion.rtl.verilog_proof import add_proof, proof_work
from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.run_folder import RunFolder

if TYPE_CHECKING:
    from hls_projects.board.build import Bitstream
    from hls_projects.board.protocol import SelfTest
    from hls_projects.conversion.model_source import ModelSource
    from hls_projects.conversion.options import ConversionOptions
    from hls_projects.conversion.rtl.verilog_design import Verilog
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign

Step = Callable[[str], Any]
# Up to so many the routed netlist is proved in less time than it took to route.
PROVEN_NONZEROS = 10_000

README = """\
# {name} on {board}

`board.bit` is for {device} and holds network {network:08x}, at {clock:.1f} MHz. Four commands:

    pip install pyserial
    {load}
    python -m hls_projects.board {port} --network {network_file}
    python -m hls_projects.board {port} --network {network_file} --data {data}

The third one asks the board what it is. The last one sends a test set, and compares every logit
with the integer network's. `{port}` is the board's serial port, of {baud:,} bits a second.

What was routed answered {images} samples in simulation, from serial pin to serial pin, with every
logit of the integer network. The bitstream was unpacked again, and holds what was routed.

| file | what |
|---|---|
| `board.bit` | the bitstream |
| `board.v`, `network.v`, `board.lpf` | Verilog and pins |
| `synthesized.json`, `routed.json` | the netlist before and after place and route |
| `board.config` | the device's configuration as text |
| `nextpnr.log`, `nextpnr.json`, `placed.png` | what place and route said, and an image of it |

Pins are from: {source}.
"""


@dataclass(frozen=True)
class OnBoard:
    """A bitstream whose routed netlist answered as the integer network does.

    Attributes:
        bitstream: what was made.
        images: samples that the simulation answered.
        logits: integers of them, none of which differs.
        simulation_seconds: of reading and compiling the netlist, and running it.
        self_test: what the self-test of the simulated board found; None without one.
    """

    bitstream: Bitstream
    images: int
    logits: int
    simulation_seconds: float
    self_test: SelfTest | None = None

    @property
    def execution(self) -> str:
        """Its name among those that agree."""
        return f"routed netlist of {self.bitstream.board.name} on {self.images:,} samples"

    def _tested(self) -> str:
        if self.self_test is None:
            return ""
        return f"; self-test: {self.self_test.answered} samples in {self.self_test.cycles} cycles"

    def document(self) -> dict[str, Any]:
        """Its figures, JSON values."""
        made = self.bitstream
        luts = {part: cells["TRELLIS_COMB"] for part, cells in made.parts.items()}
        ffs = {part: cells["TRELLIS_FF"] for part, cells in made.parts.items()}
        line = (
            f"routed for {made.board.name}: 0 of {self.logits:,} logits of {self.images:,} samples "
            f"differ, serial pin to serial pin; {made.pll.megahertz:.1f} MHz, routed "
            f"{made.fmax_mhz:.1f} MHz; {sum(luts.values()):,} LUT4 and {sum(ffs.values()):,} FF of "
            f"{made.board.cells:,}{self._tested()}; bitstream: {made.bitstream}"
        )
        return {
            "line": line,
            "board": made.board.name,
            "device": made.board.device,
            "fmax_mhz": made.fmax_mhz,
            "clock_mhz": made.pll.megahertz,
            "luts": luts,
            "ffs": ffs,
            "available": made.board.cells,
            "settings": made.settings,
            "samples": self.images,
            "logits": self.logits,
            "seconds": {**made.seconds, "simulation": self.simulation_seconds},
            "image": "../board/placed.png",
        }


def convert_to_board(
    network: IntegerNetwork,
    design: RtlDesign,
    x_int: np.ndarray,
    source: ModelSource,
    options: BoardOptions,
    step: Step,
    data: str | None = None,
) -> OnBoard:
    """Writes the run's board/: a bitstream, what it was made from, and a README.

    Args:
        network: what the board computes.
        design: its Verilog for the board's family.
        x_int: integer samples that the routed netlist must answer.
        source: the run's folder and the network's name.
        options: which board.
        step: a context manager around each long step, given its description.
        data: name of the data set that the README's commands send; None if it is unknown.

    Raises:
        ExactnessError: if a logit of the routed netlist differs; report/mismatch.json says where.
        TooLargeForBoard: before routing, naming boards that it would fit.
        SimulationError, YosysError, NextpnrError, TrellisError: if a tool fails.
        ConfigurationError: if the bitstream does not hold what was routed.
    """
    from hls_projects.board.board_file import find_board
    from hls_projects.board.build import build_bitstream

    board = find_board(options.board)
    folder = RunFolder(source.folder).board
    tested = x_int[: options.self_test] if options.self_test else None
    made = build_bitstream(network, design, board, folder, step, name=source.name, tested=tested,
                           seconds=options.seconds)
    started = time.monotonic()
    self_test = _compared(network, made, x_int, source, step)
    seconds = time.monotonic() - started
    write_atomically(folder / "README.md", _readme(made, source, len(x_int), data))
    return OnBoard(made, len(x_int), len(x_int) * network.classes, seconds, self_test)


def prove_on_board(
    board: OnBoard,
    network: IntegerNetwork,
    verilog: Verilog,
    options: ConversionOptions,
    step: Step,
) -> None:
    """Adds a line that says for which inputs the routed netlist is the network's."""
    from hls_projects.proof import prove_routed
    from hls_projects.rtl.stream.stream_plan import streams

    name = f"routed netlist of {board.bitstream.board.name}"
    folder, seconds = board.bitstream.folder, options.board.seconds
    if options.prove is False:
        return
    if streams(network):
        verilog.proofs.append(f"{name}: simulated only, as pixels enter one after another")
        return
    due = options.prove or proof_work(network) <= PROVEN_NONZEROS
    add_proof(verilog, name, step, due, lambda: prove_routed(folder, network, seconds=seconds))


def _compared(
    network: IntegerNetwork, made: Bitstream, x_int: np.ndarray, source: ModelSource, step: Step
) -> SelfTest | None:
    """Compares every logit of the routed netlist; what its self-test found, if it has one."""
    from hls_projects.board.simulation.images import run_images, run_self_test
    from hls_projects.board.simulation.wire_simulation import WireSimulation
    from hls_projects.rtl import SimulationError
    from hls_projects.verification.mismatch import ExactnessError, describe, write_mismatch

    self_test = None
    with step("compiling the routed netlist"):
        simulation = WireSimulation.of_routed(made.netlist)
    with simulation, step(f"running {len(x_int):,} samples through it, pin to pin"):
        classes, logits = run_images(simulation, made.hello, made.divisor, x_int)
        if made.hello.images:
            self_test = run_self_test(simulation, made.hello, made.divisor)
    expected = network.predict_integers(x_int)
    if not np.array_equal(expected, logits):
        mismatch = describe("integer network", "routed netlist", expected, logits, None)
        where = write_mismatch(mismatch, RunFolder(source.folder).report)
        raise ExactnessError(f"{mismatch}; details in {where}", mismatch)
    check_classes(classes, expected)
    if self_test is not None and (self_test.failures or self_test.answered != made.hello.images):
        raise SimulationError(f"the self-test of a right netlist must pass. Received: {self_test}")
    return self_test


def check_classes(classes: np.ndarray, logits: np.ndarray) -> None:
    """Raises SimulationError unless the board's classes are those of the logits."""
    from hls_projects.rtl import SimulationError

    expected = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
    if wrong := int((classes != expected).sum()):
        raise SimulationError(f"{wrong} of {len(classes)} classes are not those of their logits")


def _readme(made: Bitstream, source: ModelSource, images: int, data: str | None) -> str:
    board = made.board
    return README.format(
        name=made.hello.name,
        board=board.name,
        device=board.device,
        network=made.hello.network,
        clock=made.pll.megahertz,
        load=board.load.format(bitstream=shlex.quote(str(made.bitstream))),
        port="/dev/ttyUSB0",
        network_file=shlex.quote(str(RunFolder(source.folder).network)),
        data=shlex.quote(data or "my-data.npz"),
        baud=board.baud,
        images=f"{images:,}",
        source=board.source,
    )
