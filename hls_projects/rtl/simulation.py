"""Simulates the Verilog itself: Yosys CXXRTL translates it, g++ compiles it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hls_projects.rtl.cxx_parts import cut_functions
from hls_projects.rtl.design import RtlDesign
from hls_projects.yosys import run_yosys, runtime_include

HERE = Path(__file__).parent

# Single-bit wires keep the C++ types few, which is what g++ spends its time on.
TRANSLATE = (
    "read_verilog {primitives}",
    "read_verilog {verilog}",
    "hierarchy -top top",
    "setattr -mod -set keep_hierarchy 1 layer_*",
    "proc",
    "flatten",
    "splitnets -ports layer_*",
    "splitnets top/w:values_*",
    "clean -purge",
    "setattr -unset src */*",
    "write_cxxrtl -header -O5 -g0 {cxx}",
)
# Assignments in one C++ function.
STATEMENTS = 40
# Cycles after the last input in which a result may still come.
DRAIN = 64


class SimulationError(RuntimeError):
    """The design did not compile, or did not answer every sample."""


class RtlSimulation:
    """A compiled design.

    Args:
        design: as write_rtl returns it.
        compiler: the C++ compiler.
        seconds: time limit of translation, of compilation and of every simulation.

    Attributes:
        latency: clock cycles from in_valid to out_valid as the last simulation measured them;
            None before.

    Raises:
        YosysError: if Yosys cannot read the design or reaches the limit.
        SimulationError: if it does not compile.

    Example:
        >>> simulation = RtlSimulation(write_rtl(network, folder))    # doctest: +SKIP
        >>> simulation.predict(network.input.quantize(x_test))       # doctest: +SKIP
    """

    def __init__(
        self, design: RtlDesign, *, compiler: str = "g++", seconds: float = 1800.0
    ) -> None:
        self.design = design
        self.latency: int | None = None
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="rtl-simulation-")
        folder = Path(self._folder.name)
        names = {
            "primitives": HERE / "primitives.v",
            "verilog": design.verilog.resolve(),
            "cxx": "design.cc",
        }
        run_yosys([line.format(**names) for line in TRANSLATE], folder=folder, seconds=seconds)
        translated = folder / "design.cc"
        translated.write_text(cut_functions(translated.read_text(), STATEMENTS))
        include = ["-I", str(folder), "-I", str(runtime_include())]
        sources = ["design.cc", str(HERE / "harness.cc")]
        self._run(
            [
                compiler,
                "-std=c++17",
                "-O0",
                "-fstack-reuse=none",
                *include,
                "-o",
                "simulation",
                *sources,
            ]
        )

    def predict(self, x_int: np.ndarray, valid: Sequence[bool] = (True,)) -> np.ndarray:
        """Integer inputs (samples, …) to logits (samples, classes), int32.

        Args:
            x_int: integers in the range of the network's input.
            valid: in_valid of each cycle, repeated until every sample is in; in the other cycles
                x holds something else.

        Raises:
            ValueError: if x_int has another size, or `valid` is never true.
            SimulationError: if the answers are too few, or come after different times.
        """
        pattern = np.asarray(valid, bool)
        if not pattern.any():
            raise ValueError(f"`valid` must be true in some cycle. Received: {valid!r}")
        words = self._input_words(x_int)
        rounds = -(-len(words) // int(pattern.sum()))
        entering = np.flatnonzero(np.tile(pattern, rounds))[: len(words)]
        cycles = (int(entering[-1]) + 1 if len(entering) else 0) + DRAIN
        outputs = self._simulate(entering, words, cycles)
        leaving = np.flatnonzero(outputs["valid"])
        self._measure(entering, leaving)
        return self._logits(outputs["y"][leaving])

    def _input_words(self, x_int: np.ndarray) -> np.ndarray:
        """Port x of every sample as 32-bit words, the lowest bit first."""
        design = self.design
        flat = np.asarray(x_int).reshape(len(x_int), int(np.prod(np.shape(x_int)[1:])))
        if flat.shape[1] != design.inputs:
            raise ValueError(
                f"`x_int` must hold {design.inputs} integers a sample. Received: {flat.shape[1]}"
            )
        bits = flat.astype(np.int64)[:, :, None] >> np.arange(design.input_bits) & 1
        return _words(bits.reshape(len(flat), design.inputs * design.input_bits))

    def _simulate(self, entering: np.ndarray, words: np.ndarray, cycles: int) -> np.ndarray:
        """Fields valid and y of every cycle."""
        design = self.design
        inputs = np.zeros(cycles, [("valid", "u1"), ("x", "<u4", words.shape[1:])])
        inputs["x"] = _words(np.ones((1, design.inputs * design.input_bits), np.uint8))
        inputs["valid"][entering] = 1
        inputs["x"][entering] = words
        folder = Path(self._folder.name)
        (folder / "x.bin").write_bytes(inputs.tobytes())
        self._run(["./simulation", "x.bin", "y.bin"])
        length = -(-design.classes * design.logit_bits // 32)
        return np.fromfile(folder / "y.bin", [("valid", "u1"), ("y", "<u4", (length,))])

    def _measure(self, entering: np.ndarray, leaving: np.ndarray) -> None:
        if len(entering) != len(leaving):
            raise SimulationError(f"{len(leaving)} results for {len(entering)} samples")
        latencies = np.unique(leaving - entering)
        if len(latencies) > 1:
            raise SimulationError(f"latency varies: {latencies.tolist()} cycles")
        self.latency = int(latencies[0]) if len(latencies) else self.latency

    def _logits(self, words: np.ndarray) -> np.ndarray:
        """Words of port y (samples, words) to logits (samples, classes)."""
        design = self.design
        octets = np.ascontiguousarray(words).view(np.uint8)
        bits = np.unpackbits(
            octets.reshape(len(words), 4 * words.shape[1]), axis=1, bitorder="little"
        )
        bits = bits[:, : design.classes * design.logit_bits]
        bits = bits.reshape(len(words), design.classes, design.logit_bits)
        weights = 1 << np.arange(design.logit_bits, dtype=np.int64)
        weights[-1] *= -1
        return (bits @ weights).astype(np.int32)

    def _run(self, command: list[str]) -> None:
        try:
            done = subprocess.run(
                command,
                cwd=self._folder.name,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            reached = f"{command[0]} reached its time limit of {self._seconds:g} s"
            raise SimulationError(reached) from None
        if done.returncode:
            message = "\n".join(done.stderr.strip().splitlines()[:15])
            raise SimulationError(f"{command[0]} failed (status {done.returncode}):\n{message}")


def _words(bits: np.ndarray) -> np.ndarray:
    """Bits (samples, n), lowest first, to 32-bit words (samples, ⌈n / 32⌉)."""
    padded = np.zeros((len(bits), -(-bits.shape[1] // 32) * 32), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.packbits(padded, axis=1, bitorder="little").view("<u4")
