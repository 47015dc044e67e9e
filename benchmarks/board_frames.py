"""Random, cut and damaged frames over a simulated wire.

    PYTHONPATH=. python benchmarks/board_frames.py

Each one is followed by a right request, whose answer must be right: the board never hangs, and it
never answers what was not asked.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hls_projects.board.build import hello_of
from hls_projects.board.protocol import (
    ANSWER,
    ERROR,
    REQUEST_START,
    Failure,
    Frame,
    Hello,
    Kind,
    pack_images,
    unpack_result,
)
from hls_projects.board.simulation.images import read_frames
from hls_projects.board.simulation.waveform import idle, levels
from hls_projects.board.simulation.wire_simulation import WireSimulation
from hls_projects.board.wrapper import Wrapper
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl

DIVISOR, TIMEOUT, QUIET = 6, 60, 20
BOARDS = 64
# Bit times after which a board has said what it has to say of a frame.
SILENT = TIMEOUT + 2 * QUIET + 10 * 24
DAMAGES = ("random bytes", "cut", "inverted bits", "byte lost", "byte added", "other network",
           "bytes exchanged", "wave")


def damage(kind: str, frame: bytes, rng: np.random.Generator) -> bytes:
    """What a line made of a frame; of a wave it is the levels that are damaged, not the bytes."""
    data, place = bytearray(frame), int(rng.integers(len(frame)))
    if kind == "random bytes":
        return rng.integers(0, 256, rng.integers(1, 60), np.uint8).tobytes()
    if kind == "cut":
        return bytes(data[:place] if rng.random() < 0.5 else data[place:])
    if kind == "inverted bits":
        for _ in range(rng.integers(1, 6)):
            data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    elif kind == "byte lost":
        del data[place]
    elif kind == "byte added":
        data.insert(place, int(rng.integers(256)))
    elif kind == "bytes exchanged":
        other = int(rng.integers(len(data)))
        data[place], data[other] = data[other], data[place]
    return bytes(data)


def begins_with(data: bytes, request: bytes) -> bool:
    """Whether the request is whole all the same, such as before a byte that was added."""
    return data[: len(request)] == request


@dataclass(frozen=True)
class Expected:
    """An answer that must come, or of a wave that may have left every byte as it was, may."""

    number: int
    logits: np.ndarray
    certain: bool = True


class Talk:
    """What is sent to one board, and the answers that it must give."""

    def __init__(self, network: IntegerNetwork, hello: Hello, rng: np.random.Generator) -> None:
        self.network, self.hello, self.rng = network, hello, rng
        self.line = [idle(4, DIVISOR)]
        self.expected: list[Expected] = []

    def send(self, frames: int, counts: Counter[str]) -> None:
        """Frames that are damaged, a right one after each."""
        for number in range(0, 2 * frames, 2):
            kind = DAMAGES[self.rng.integers(len(DAMAGES))]
            counts[kind] += 1
            request, logits = self._request(number % 256)
            data = damage(kind, request, self.rng)
            if kind == "other network":
                wrong = Frame.decode(request, REQUEST_START)
                data = Frame(wrong.kind, wrong.number, wrong.network ^ 1, wrong.payload).encode()
            wave = levels(data, DIVISOR)
            if kind == "wave":
                place = self.rng.integers(len(wave))
                wave[place : place + self.rng.integers(DIVISOR, 40 * DIVISOR)] ^= 1
                self.expected.append(Expected(number % 256, logits, certain=False))
            elif begins_with(data, request):
                self.expected.append(Expected(number % 256, logits))
            self._say(wave)
            request, logits = self._request(number % 256 + 1)
            self.expected.append(Expected(number % 256 + 1, logits))
            self._say(levels(request, DIVISOR))

    def _request(self, number: int) -> tuple[bytes, np.ndarray]:
        x_int = self.rng.integers(0, 2, (1, *self.network.input.shape))
        (payload,) = pack_images(x_int, 1)
        frame = Frame(Kind.IMAGE, number, self.hello.network, payload)
        return frame.encode(), self.network.predict_integers(x_int)[0]

    def _say(self, wave: np.ndarray) -> None:
        self.line += [wave, idle(SILENT, DIVISOR)]

    def check(self, said: bytes, counts: Counter[str]) -> None:
        """Raises AssertionError unless every right request, and nothing else, got its logits."""
        expected = deque(self.expected)
        for frame in read_frames(said):
            assert frame.network == self.hello.network
            if frame.kind == ERROR:
                counts[Failure(frame.payload[0]).name] += 1
                continue
            assert frame.kind == ANSWER | Kind.IMAGE
            _, received = unpack_result(frame.payload, self.hello.classes, self.hello.logit_bits)
            while not self._is(expected[0], frame, received):
                assert not expected.popleft().certain
            expected.popleft()
            counts["answered exactly"] += 1
        assert not any(answer.certain for answer in expected)

    @staticmethod
    def _is(expected: Expected, frame: Frame, received: np.ndarray) -> bool:
        return frame.number == expected.number and np.array_equal(received, expected.logits)


def run(network: IntegerNetwork, frames: int, seed: int = 0) -> Counter[str]:
    """How many damages of each kind there were, and what boards said; all as it must be."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        design = write_rtl(network, Path(folder), target="ecp5")
        hello = hello_of(network, design, board="simulated", baud=1_000_000, name="small",
                         kilohertz=1000 * DIVISOR)
        text = Wrapper(hello, DIVISOR, timeout=TIMEOUT, quiet=QUIET).bare()
        simulation = WireSimulation.of_verilog(design.verilog, text)
    talks = [Talk(network, hello, np.random.default_rng((seed, i))) for i in range(BOARDS)]
    for number, talk in enumerate(talks):
        talk.send(frames // BOARDS + (number < frames % BOARDS), counts)
    with simulation:
        lines = [np.concatenate(talk.line) for talk in talks]
        said = simulation.converse(lines, DIVISOR, SILENT * DIVISOR)
    for talk, answers in zip(talks, said, strict=True):
        talk.check(answers, counts)
    return counts


def main() -> None:
    from tests.hls_projects.networks import network

    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    started = time.monotonic()
    counts = run(network((16, 8, 4)), frames)
    for name, count in counts.items():
        print(f"{name}: {count:,}")
    seconds = time.monotonic() - started
    print(f"{frames:,} damaged frames, no wrong answer, no hang, {seconds:.1f} s")


if __name__ == "__main__":
    main()
