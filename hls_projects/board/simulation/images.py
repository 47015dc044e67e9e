"""Images over the serial lines of 64 simulated boards: the logits that come back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hls_projects.board.protocol import (
    ANSWER,
    ANSWER_START,
    ERROR,
    HEADER,
    OVERHEAD,
    TESTED,
    Failure,
    Frame,
    FrameError,
    Hello,
    Kind,
    SelfTest,
    pack_images,
    unpack_result,
)
from hls_projects.board.simulation.waveform import BITS_A_BYTE, idle, levels
from hls_projects.board.simulation.wire_simulation import WireSimulation
from hls_projects.board.timing import WRAPPER_CYCLES, answer_bits, execution_bits, gap_bits
from hls_projects.rtl.cxxrtl.simulation import LANES, SimulationError


def read_frames(said: bytes) -> Iterator[Frame]:
    """Frames of answers that follow one another.

    Raises:
        FrameError: if something else comes, or the last one is cut.
    """
    while said:
        if len(said) < HEADER.size or said[0] != ANSWER_START:
            raise FrameError(f"no frame begins with {said[:9].hex()}")
        length = OVERHEAD + HEADER.unpack_from(said)[3]
        yield Frame.decode(said[:length])
        said = said[length:]


def run_images(
    simulation: WireSimulation, hello: Hello, divisor: int, x_int: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Classes (n,) and logits (n, classes), int32, as the boards answer, each its share.

    Each board is greeted first, and must say what it is.

    Args:
        simulation: the boards.
        hello: what they must say.
        divisor: clock cycles a bit.
        x_int: integer samples (n, …).

    Raises:
        SimulationError: if a board says anything but one right frame for each request, in order.
    """
    payloads = pack_images(x_int, hello.bits)
    shares = np.array_split(np.arange(len(payloads)), min(LANES, len(payloads)))
    gap = idle(gap_bits(hello, divisor), divisor)
    greeting = Frame(Kind.HELLO, 255, 0).encode()
    welcome = idle(20 + 10 * (OVERHEAD + len(hello.encode())), divisor)
    lines = []
    for share in shares:
        line = [idle(4, divisor), levels(greeting, divisor), welcome]
        for number, image in enumerate(share):
            frame = Frame(Kind.IMAGE, number % 256, hello.network, payloads[image]).encode()
            line += [levels(frame, divisor), gap]
        lines.append(np.concatenate(line))
    tail = divisor * (execution_bits(hello, divisor) + 2 * answer_bits(hello))
    said = simulation.converse(lines, divisor, tail)
    classes = np.zeros(len(payloads), np.int32)
    logits = np.zeros((len(payloads), hello.classes), np.int32)
    for board, (share, answers) in enumerate(zip(shares, said, strict=True)):
        try:
            frames = list(read_frames(answers))
            _check(frames, hello, len(share))
            for image, frame in zip(share, frames[1:], strict=True):
                classes[image], logits[image] = unpack_result(
                    frame.payload, hello.classes, hello.logit_bits)
        except FrameError as error:
            raise SimulationError(f"simulated board {board}: {error}") from None
    return classes, logits


def run_self_test(simulation: WireSimulation, hello: Hello, divisor: int) -> SelfTest:
    """What the boards' self-test finds, the same for all of them.

    Args:
        simulation: the boards.
        hello: what they are.
        divisor: clock cycles a bit.

    Raises:
        SimulationError: if they say anything but one right frame each, or different ones.
    """
    request = Frame(Kind.SELF_TEST, 1, hello.network).encode()
    line = np.concatenate([idle(4, divisor), levels(request, divisor)])
    cycles = hello.images * hello.pixels + hello.latency + 2 * WRAPPER_CYCLES
    tail = cycles + divisor * 2 * BITS_A_BYTE * (OVERHEAD + TESTED.size)
    said = set(simulation.converse([line] * LANES, divisor, tail))
    try:
        (frame,) = read_frames(b"".join(said))
        if (frame.kind, frame.network) != (ANSWER | Kind.SELF_TEST, hello.network):
            raise FrameError(f"kind {frame.kind} of network {frame.network:08x}")
        return SelfTest.decode(frame.payload)
    except ValueError as error:
        raise SimulationError(f"no answer to the self-test: {error}") from None


def _check(frames: list[Frame], hello: Hello, images: int) -> None:
    for frame in frames:
        if frame.kind == ERROR:
            raise FrameError(f"it answers {Failure(frame.payload[0]).name}")
    expected = [(ANSWER | Kind.HELLO, 255)]
    expected += [(ANSWER | Kind.IMAGE, number % 256) for number in range(images)]
    received = [(frame.kind, frame.number) for frame in frames]
    if received != expected:
        raise FrameError(f"{len(frames)} answers for {len(expected)} requests, or out of order")
    if any(frame.network != hello.network for frame in frames):
        raise FrameError("it holds another network")
    said = Hello.decode(frames[0].payload)
    if said != hello:
        raise FrameError(f"it says of itself {said}")
