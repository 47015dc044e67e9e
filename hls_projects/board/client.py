"""A network on a board, called like a model."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.board.protocol import (
    ANSWER,
    ANSWER_START,
    ERROR,
    HEADER,
    MEANINGS,
    OVERHEAD,
    Failure,
    Frame,
    FrameError,
    Hello,
    Kind,
    SelfTest,
    pack_images,
    unpack_result,
)
from hls_projects.board.timing import gap_bits

if TYPE_CHECKING:
    from hls_projects.network.input_format import InputFormat
    from hls_projects.network.integer_network import IntegerNetwork

BAUDS = 1_000_000, 115_200
ATTEMPTS = 4
# Requests under way where they may follow one another at once.
WINDOW = 16
# Seconds without a byte after which a line is quiet, however a USB adapter delays bytes.
QUIET_SECONDS = 0.1
Results = dict[int, tuple[int, np.ndarray]]


class BoardError(RuntimeError):
    """A board does not answer, or not as it should, after several attempts."""


def _serial_class() -> Any:
    """pyserial's port; RuntimeError that says how to get it, where it is missing."""
    try:
        from serial import Serial
    except ModuleNotFoundError:
        raise RuntimeError(
            "a board at a serial port needs pyserial: pip install pyserial (or the extra `board`)"
        ) from None
    return Serial


class Board:
    """A board that `convert.py --board` made a bitstream for, at a serial port.

    Every answer is checked: checksum, number, length and network. What is damaged is asked again.

    Args:
        port: as in /dev/ttyUSB0 or COM3.
        network: what the board should hold; None takes what it holds.
        baud: bits a second; None tries those of the boards that come with the package.
        timeout: seconds to wait for an answer.

    Attributes:
        hello: what the board says of itself.
        repeated: requests that had to be sent again.

    Raises:
        BoardError: if nothing that speaks the protocol answers.
        ValueError: if the board holds another network.

    Example, with a board at that port::

        with Board("/dev/ttyUSB0") as board:
            logits = board.predict(x_test[:100])
    """

    def __init__(
        self,
        port: str,
        network: IntegerNetwork | None = None,
        *,
        baud: int | None = None,
        timeout: float = 1.0,
    ) -> None:
        self.repeated = 0
        self._number = 0
        self._port, self._timeout = port, timeout
        self.hello = self._greeted((baud,) if baud else BAUDS)
        if network is not None:
            from hls_projects.board.fingerprint import fingerprint

            expected = fingerprint(network)
            if expected != self.hello.network:
                self.close()
                raise ValueError(
                    f"the board must hold network {expected:08x}. Received: "
                    f"{self.hello.network:08x} ({self.hello.name}): load its bitstream first"
                )

    def predict(
        self, x: np.ndarray, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Float samples (n, *shape) to integer logits (n, classes), int32.

        Args:
            x: in the units of training.
            progress: called with the number of samples answered, as they come.

        Raises:
            ValueError: if x does not fit the network's input.
            BoardError: if an answer cannot be had.
        """
        return self.run(self.input.quantize(x), progress)[1]

    def classify(self, x: np.ndarray) -> np.ndarray:
        """Float samples (n, *shape) to classes (n,), int32, as the board itself finds them."""
        return self.run(self.input.quantize(x))[0]

    def run(
        self, x_int: np.ndarray, progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Integer samples (n, …) to classes (n,) and integer logits (n, classes), both int32."""
        x_int = self._integers(1.0).check_integers(x_int)
        payloads = pack_images(x_int, self.hello.bits)
        results: Results = {}
        divisor = max(1, round(self.hello.kilohertz * 1000 / self.hello.baud))
        if gap_bits(self.hello, divisor) == 0:
            self._stream(payloads, results, progress)
        for image in range(len(payloads)):
            if image not in results:
                results[image] = self._asked(Kind.IMAGE, payloads[image])
                if progress:
                    progress(len(results))
        classes = np.array([results[i][0] for i in range(len(payloads))], np.int32)
        logits = [results[i][1] for i in range(len(payloads))]
        return classes, np.array(logits, np.int32).reshape(len(payloads), self.hello.classes)

    def self_test(self) -> SelfTest:
        """Runs the samples in the board's own memory through the network, at its full clock.

        Raises:
            ValueError: if the bitstream holds none.
            BoardError: if an answer cannot be had.
        """
        if not self.hello.images:
            raise ValueError(
                "the board must hold samples of its own, as `convert.py --self-test` puts there. "
                "Received: a bitstream without any"
            )
        return self._asked(Kind.SELF_TEST, b"")

    def close(self) -> None:
        """Closes the port."""
        self._serial.close()

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def input(self) -> InputFormat:
        """How floats become the integers that the network takes.

        Raises:
            ValueError: where the board does not know it, since each input has a scale of its own.
        """
        if self.hello.scale is None:
            raise ValueError(
                "`hello.scale` must be known. Received: None, since each input has a scale of its "
                "own: quantize x with the network's own `input`, and call `run`"
            )
        return self._integers(self.hello.scale)

    def _integers(self, scale: float | tuple[float, ...]) -> InputFormat:
        from hls_projects.network.input_format import InputFormat

        return InputFormat(self.hello.bits, self.hello.signed, scale, self.hello.shape)

    def _greeted(self, bauds: tuple[int, ...]) -> Hello:
        open_port = _serial_class()
        last = "nothing"
        for baud in bauds:
            self._serial = open_port(self._port, baud, timeout=self._timeout)
            try:
                self._drain()
                hello = self._asked(Kind.HELLO, b"", attempts=2)
                self._serial.timeout = self._timeout
                return hello
            except BoardError as error:
                last = str(error)
                self._serial.close()
        raise BoardError(
            f"no board answers at {self._port} with {' or '.join(f'{b:,}' for b in bauds)} bits a "
            f"second: {last}"
        )

    def _asked(self, kind: Kind, payload: bytes, attempts: int = ATTEMPTS) -> Any:
        """What the board answers to one request, sent again where something is damaged."""
        for attempt in range(attempts):
            if attempt:
                self.repeated += 1
                self._drain()
            number = self._send(kind, payload)
            try:
                return self._answer(kind, number)
            except FrameError as error:
                last = error
        raise BoardError(f"the board gave no right answer in {attempts} attempts: {last}")

    def _stream(
        self, payloads: list[bytes], results: Results, progress: Callable[[int], None] | None
    ) -> None:
        """Requests close behind one another; what is damaged stays without a result."""
        waiting: deque[tuple[int, int]] = deque()
        following = iter(range(len(payloads)))
        image = next(following, None)
        while image is not None or waiting:
            if image is not None and len(waiting) < WINDOW:
                waiting.append((image, self._send(Kind.IMAGE, payloads[image])))
                image = next(following, None)
                continue
            asked, number = waiting.popleft()
            try:
                results[asked] = self._answer(Kind.IMAGE, number)
            except FrameError:
                self.repeated += 1 + len(waiting)
                waiting.clear()
                self._drain()
                continue
            if progress:
                progress(len(results))

    def _send(self, kind: Kind, payload: bytes) -> int:
        self._number = (self._number + 1) % 256
        network = 0 if kind is Kind.HELLO else self.hello.network
        self._serial.write(Frame(kind, self._number, network, payload).encode())
        return self._number

    def _answer(self, kind: Kind, number: int) -> Any:
        """The answer to a request; FrameError for anything but the right frame."""
        frame = self._frame()
        if frame.kind == ERROR:
            code = frame.payload[0] if frame.payload else 0
            known = code in iter(Failure)
            raise FrameError(MEANINGS[Failure(code)] if known else f"failure {code}")
        if (frame.kind, frame.number) != (ANSWER | kind, number):
            raise FrameError("an answer to another request came")
        if kind is Kind.HELLO:
            hello = Hello.decode(frame.payload)
            if hello.network != frame.network:
                raise FrameError("the board's hello names another network than its frame")
            return hello
        if frame.network != self.hello.network:
            raise FrameError("an answer of another network came")
        if kind is Kind.SELF_TEST:
            return SelfTest.decode(frame.payload)
        return unpack_result(frame.payload, self.hello.classes, self.hello.logit_bits)

    def _frame(self) -> Frame:
        header = self._serial.read(HEADER.size)
        if len(header) < HEADER.size or header[0] != ANSWER_START:
            raise FrameError("no answer came" if not header else "a damaged answer came")
        length = HEADER.unpack(header)[3]
        return Frame.decode(header + self._serial.read(length + OVERHEAD - HEADER.size))

    def _drain(self) -> None:
        """Reads until the line is quiet, so that a new request meets a board that waits for one."""
        timeout, self._serial.timeout = self._serial.timeout, QUIET_SECONDS
        until = time.monotonic() + 10 * self._timeout
        while self._serial.read(4096) and time.monotonic() < until:
            pass
        self._serial.timeout = timeout
