"""A design whose only ports are clock, serial line and LED, simulated 64 times side by side."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hls_projects.board.simulation.netlist import CELLS, read_routed, simulated
from hls_projects.board.simulation.waveform import LineReader
from hls_projects.rtl.cxxrtl.modules import MAP, rewrite, written
from hls_projects.rtl.cxxrtl.simulation import LANES, SimulationError
from hls_projects.tools.yosys import run_yosys

HERE = Path(__file__).parent
CXXRTL = HERE.parents[1] / "rtl" / "cxxrtl"
# From modules to one module named `top`, in C++.
TO_LANES = (
    "proc", "flatten", "hierarchy -purge_lib -top board", "delete =top", "rename board top",
    "opt_clean -purge", *MAP, *written("top"),
)
VERILOG = (
    "read_verilog primitives.v", "read_verilog top.v", "read_verilog board.v",
    "hierarchy -top board",
)
ROUTED = ("read_verilog -icells cells.v", "read_json netlist.json", "hierarchy -top board")
BLOCK = 1 << 16


class WireSimulation:
    """64 simulated boards, each with a serial line of its own.

    Made by `of_verilog` or `of_routed`; close it, or use it in a `with`.

    Args:
        folder: with what Yosys reads.
        script: Yosys commands that read it.
        compiler: the C++ compiler.
        seconds: time limit of Yosys and of the compiler.

    Attributes:
        cycles: clock cycles that were simulated.
        led: the LED's level after the last of them, for each board.

    Raises:
        YosysError, SimulationError: if a tool fails or reaches its limit.
    """

    def __init__(
        self,
        folder: tempfile.TemporaryDirectory[str],
        script: Sequence[str],
        compiler: str,
        seconds: float,
    ) -> None:
        self._folder = folder
        path = Path(folder.name)
        self.cycles = 0
        self.led = np.zeros(LANES, bool)
        shutil.copyfile(CXXRTL / "gates.v", path / "gates.v")
        run_yosys([*script, *TO_LANES], folder=path, seconds=seconds)
        rewrite(path, "top")
        include = ["-I", str(path), "-I", str(CXXRTL / "lanes")]
        command = [compiler, "-std=c++17", "-O0", *include, "-o", "simulation", "top.cc",
                   str(HERE / "wire.cc")]
        try:
            done = subprocess.run(command, cwd=path, capture_output=True, text=True,
                                  timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise SimulationError(f"{compiler} reached its time limit of {seconds:g} s") from None
        if done.returncode:
            raise SimulationError(f"{compiler} failed:\n" + "\n".join(done.stderr.split("\n")[:15]))
        self._process = subprocess.Popen(
            ["./simulation"], cwd=path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    @classmethod
    def of_verilog(
        cls,
        network: Path,
        board: str,
        memories: Mapping[str, str] | None = None,
        *,
        compiler: str = "g++",
        seconds: float = 1800.0,
    ) -> WireSimulation:
        """Of the written Verilog.

        Args:
            network: the network's file.
            board: the text of module `board`.
            memories: files that it reads memories from, by name.
            compiler, seconds: as above.
        """
        folder = tempfile.TemporaryDirectory(prefix="board-simulation-")
        path = Path(folder.name)
        shutil.copyfile(CXXRTL / "primitives.v", path / "primitives.v")
        shutil.copyfile(network, path / "top.v")
        for name, text in {"board.v": board, **(memories or {})}.items():
            (path / name).write_text(text, encoding="utf-8")
        return cls(folder, VERILOG, compiler, seconds)

    @classmethod
    def of_routed(
        cls, netlist: Path, *, compiler: str = "g++", seconds: float = 1800.0
    ) -> WireSimulation:
        """Of the netlist that nextpnr wrote after routing.

        Raises:
            NoModelError: if it has a cell that cannot be simulated.
        """
        folder = tempfile.TemporaryDirectory(prefix="board-simulation-")
        path = Path(folder.name)
        (path / "netlist.json").write_text(json.dumps(simulated(read_routed(netlist))))
        shutil.copyfile(CELLS, path / CELLS.name)
        return cls(folder, ROUTED, compiler, seconds)

    def step(self, rx: np.ndarray) -> np.ndarray:
        """What the boards' tx are, uint64 (cycles,), while their rx are these words.

        Args:
            rx: uint64 (cycles,); bit i is the level of board i's line.

        Raises:
            SimulationError: if the simulation ended.
        """
        found = []
        for start in range(0, len(rx), BLOCK):
            block = np.ascontiguousarray(rx[start : start + BLOCK], np.uint64)
            try:
                self._process.stdin.write(np.uint64(len(block)).tobytes() + block.tobytes())
                self._process.stdin.flush()
                data = self._process.stdout.read(16 * len(block))
            except OSError as error:
                raise SimulationError(f"the simulation ended: {error}") from None
            if len(data) != 16 * len(block):
                raise SimulationError("the simulation ended")
            words = np.frombuffer(data, np.uint64).reshape(-1, 2)
            found.append(words[:, 0])
            self.led = words[-1, 1] >> np.arange(LANES, dtype=np.uint64) & np.uint64(1) != 0
            self.cycles += len(block)
        return np.concatenate(found) if found else np.zeros(0, np.uint64)

    def converse(
        self, sent: Sequence[np.ndarray], divisor: int, tail: int
    ) -> list[bytes]:
        """What each board says while its line has these levels, and `tail` cycles after that.

        Args:
            sent: for each board, at most 64, levels of its line, uint8 (cycles,).
            divisor: clock cycles a bit.
            tail: cycles in which nothing is sent any more.
        """
        if len(sent) > LANES:
            raise ValueError(f"`sent` must be for at most {LANES} boards. Received: {len(sent)}")
        length = max(map(len, sent), default=0) + tail
        lines = np.ones((length, LANES), np.uint8)
        for lane, line in enumerate(sent):
            lines[: len(line), lane] = line
        tx = self.step(_words(lines))
        heard = _planes(tx)
        return [LineReader(divisor).read(heard[:, lane]) for lane in range(len(sent))]

    def close(self) -> None:
        """Ends the simulation and removes its files."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> WireSimulation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _words(lines: np.ndarray) -> np.ndarray:
    """Levels (cycles, boards) as words, board i in bit i."""
    return np.packbits(lines, axis=1, bitorder="little").view("<u8").reshape(-1)


def _planes(words: np.ndarray) -> np.ndarray:
    """Levels (cycles, boards) of words."""
    return np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
