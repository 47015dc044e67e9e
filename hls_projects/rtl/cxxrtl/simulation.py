"""Simulates the Verilog itself, 64 samples at once: Yosys CXXRTL translates it, g++ compiles it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from hls_projects.rtl.cxxrtl.cxx_lanes import ports
from hls_projects.rtl.cxxrtl.modules import translate
from hls_projects.rtl.design import RtlDesign

HERE = Path(__file__).parent

LANES = 64
# Fewer samples stay in fewer lanes, so that each lane sees a stream and not single samples.
SAMPLES_A_LANE = 16
# Of a lane, about, before its results are read; more would take much memory.
CYCLES = 8192
# Cycles after the latest result that is expected, in which none may come.
DRAIN = 16


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
            None before.  Of images without gaps the most: one that another follows at once may
            take longer than the design's own latency, which is that of an image alone.
        interval: most clock cycles from one result to the next while samples came without gaps;
            None before two of them did.

    Raises:
        YosysError: if Yosys cannot read the design or reaches the limit.
        SimulationError: if it does not compile.

    Example:
        >>> logits = RtlSimulation(write_rtl(network, folder)).predict(x_int)
        >>> bool((logits == network.predict_integers(x_int)).all())
        True
    """

    def __init__(
        self, design: RtlDesign, *, compiler: str = "g++", seconds: float = 1800.0
    ) -> None:
        self.design = design
        self.latency: int | None = None
        self.interval: int | None = None
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="rtl-simulation-")
        folder = Path(self._folder.name)
        # Yosys would take spaces and semicolons of other paths for parts of its commands.
        for source in (HERE / "primitives.v", HERE / "gates.v"):
            shutil.copyfile(source, folder / source.name)
        shutil.copyfile(design.verilog, folder / "design.v")
        sources = [*translate(folder, seconds=seconds), str(HERE / "lanes" / "harness.cc")]
        bits = design.inputs_a_cycle * design.input_bits, design.classes * design.logit_bits
        (folder / "ports.h").write_text(ports(*bits))
        include = ["-I", str(folder), "-I", str(HERE / "lanes")]
        objects = [f"{i}.o" for i in range(len(sources))]
        commands = [
            [compiler, "-std=c++17", "-O0", *include, "-c", "-o", made, source]
            for made, source in zip(objects, sources, strict=True)
        ]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self._run, commands))
        self._run([compiler, "-o", "simulation", *objects])

    def predict(self, x_int: np.ndarray, valid: Sequence[bool] = (True,)) -> np.ndarray:
        """Integer inputs (samples, …) to logits (samples, classes), int32.

        Args:
            x_int: integers in the range of the network's input, (samples, *shape) or flat.
            valid: in_valid of each cycle, repeated until every sample is in; in the other cycles
                x holds something else.

        Raises:
            ValueError: if x_int has another shape, type or range, or `valid` is never true.
            SimulationError: if the answers are too few, or come after different times.
        """
        pattern = np.asarray(valid, bool)
        if not pattern.any():
            raise ValueError(f"`valid` must be true in some cycle. Received: {valid!r}")
        x_int = self._checked(x_int)
        size = LANES * max(1, CYCLES // self.design.pixels)
        starts = range(0, max(len(x_int), 1), size)
        return np.concatenate([self._predict(x_int[i : i + size], pattern) for i in starts])

    def _checked(self, x_int: np.ndarray) -> np.ndarray:
        """Samples (samples, inputs), in the range of the input where it is known."""
        inputs = self.design.inputs
        if self.design.format is not None:
            return self.design.format.check_integers(x_int).reshape(-1, inputs)
        x_int = np.asarray(x_int)
        if math.prod(x_int.shape[1:]) != inputs:
            raise ValueError(
                f"`x_int` must hold {inputs} integers a sample. Received: {x_int.shape}"
            )
        return x_int.reshape(-1, inputs)

    def _predict(self, x_int: np.ndarray, pattern: np.ndarray) -> np.ndarray:
        bits = self._input_bits(x_int)
        pixels = self.design.pixels
        # Images in the middle of a lane have as many neighbours as can make a difference.
        share = SAMPLES_A_LANE if pixels == 1 else 2 * self.design.depth + 2
        longest = self.design.latency + self.design.depth * pixels
        stream = _stream(len(x_int), share, pixels, pattern, longest + DRAIN)
        valid_out, y = self._simulate(stream, bits)
        first = np.where(stream % pixels == 0, stream // pixels, -1)
        self._measure(first, valid_out, gaps=not pattern.all())
        return self._logits(_in_order(first, valid_out, y))

    def _input_bits(self, x_int: np.ndarray) -> np.ndarray:
        """Port x of every pixel of every sample, (pixels, bits), the lowest bit first."""
        design = self.design
        bits = x_int[:, :, None] >> np.arange(design.input_bits) & 1
        width = design.inputs_a_cycle * design.input_bits
        return bits.reshape(len(x_int) * design.pixels, width).astype(np.uint8)

    def _simulate(self, stream: np.ndarray, bits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Out_valid (cycles, lanes) and y (cycles, bits, lanes) of a stream of pixels."""
        design = self.design
        cycles = len(stream)
        # Where in_valid is 0, x is all ones: the design must not look at it.
        idle = np.ones((1, bits.shape[1]), np.uint8)
        x = np.vstack([bits, idle])[stream]
        records = np.concatenate([(stream >= 0)[:, None], x.transpose(0, 2, 1)], axis=1)
        folder = Path(self._folder.name)
        (folder / "x.bin").write_bytes(np.packbits(records, axis=2, bitorder="little").tobytes())
        self._run(["./simulation", "x.bin", "y.bin"])
        words = np.fromfile(folder / "y.bin", np.uint8)
        outputs = words.reshape(cycles, 1 + design.classes * design.logit_bits, LANES // 8)
        planes = np.unpackbits(outputs, axis=2, bitorder="little")
        return planes[:, 0].astype(bool), planes[:, 1:]

    def _measure(self, first: np.ndarray, valid_out: np.ndarray, gaps: bool) -> None:
        lanes, entering = np.nonzero(first.T >= 0)
        lanes_out, leaving = np.nonzero(valid_out.T)
        if len(entering) != len(leaving):
            raise SimulationError(f"{len(leaving)} results for {len(entering)} samples")
        if not np.array_equal(lanes, lanes_out):
            raise SimulationError("results in the wrong simulations")
        if self.design.pixels > 1 and gaps:
            return
        if not len(leaving):
            return
        depth = self.design.depth
        before, after = _neighbours(lanes)
        if not gaps:
            # While a lane begins or ends, buffers that hold several images are not in step.
            margin = depth if depth > 1 else 0
            steady = (np.minimum(before, after) >= margin) & (after > margin)
            intervals = np.diff(leaving, append=0)[steady]
            self.interval = int(intervals.max()) if len(intervals) else None
            if (self.interval or 0) > self.design.pixels:
                raise SimulationError(
                    f"results {self.interval} cycles apart, for samples {self.design.pixels} apart"
                )
        latencies = leaving - entering
        # An image that others follow may take longer, and may hold up the next ones.
        place = np.minimum(before, depth) * (depth + 1) + np.minimum(after, depth)
        if self.design.pixels == 1:
            place[:] = 0
        for alike in np.unique(place):
            if len(found := np.unique(latencies[place == alike])) > 1:
                raise SimulationError(f"latency varies: {found.tolist()} cycles")
        self.latency = int(latencies.max())

    def _logits(self, bits: np.ndarray) -> np.ndarray:
        """Bits of port y (samples, bits) to logits (samples, classes)."""
        design = self.design
        bits = bits.reshape(len(bits), design.classes, design.logit_bits)
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


def _neighbours(lanes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many images of its lane come before each and after it; the lanes' are in order."""
    _, first, count = np.unique(lanes, return_index=True, return_counts=True)
    before = np.arange(len(lanes)) - np.repeat(first, count)
    return before, np.repeat(count, count) - 1 - before


def _stream(
    samples: int, share: int, pixels: int, pattern: np.ndarray, drain: int
) -> np.ndarray:
    """Number of the pixel that enters, (cycles, lanes); −1 where none does.

    Each lane takes `share` samples or more, if there are so many, in order; its pattern of
    in_valid starts elsewhere.
    """
    lanes = min(LANES, max(samples // share, 1), samples)
    parts = np.array_split(np.arange(samples), lanes) if lanes else []
    shares = [(part[:, None] * pixels + np.arange(pixels)).reshape(-1) for part in parts]
    longest = max(map(len, shares), default=0)
    cycles = -(-longest // int(pattern.sum())) * len(pattern) + drain
    stream = np.full((cycles, LANES), -1)
    for lane, share in enumerate(shares):
        repeated = np.resize(np.roll(pattern, -lane), cycles - drain)
        stream[np.flatnonzero(repeated)[: len(share)], lane] = share
    return stream


def _in_order(first: np.ndarray, valid_out: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bits of y (samples, bits) of every result, in order of the samples."""
    lanes, cycles = np.nonzero(valid_out.T)
    results = y[cycles, :, lanes]
    order = first.T[first.T >= 0]
    return results[np.argsort(order)]
