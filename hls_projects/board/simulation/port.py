"""A simulated board behind a pseudo-terminal, which a client opens like a serial port."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable

import numpy as np

from hls_projects.board.simulation.waveform import BITS_A_BYTE, LineReader, idle, levels
from hls_projects.board.simulation.wire_simulation import WireSimulation

CHUNK = 4096
Damage = Callable[[bytes], bytes]


class SimulatedPort:
    """Carries bytes between a pseudo-terminal and the line of the first simulated board.

    Time passes in the simulation only while something may still happen.

    Args:
        simulation: the boards; the first one is used.
        divisor: clock cycles a bit.
        idle_bits: bit times without a byte after which nothing can come any more.
        to_board, from_board: what the line makes of the bytes on their way, for tests.

    Attributes:
        name: of the port, as in /dev/pts/3.

    Example, with a WireSimulation::

        with SimulatedPort(simulation, divisor=8, idle_bits=2000) as port:
            logits = Board(port.name).predict(x)
    """

    def __init__(
        self,
        simulation: WireSimulation,
        divisor: int,
        idle_bits: int,
        *,
        to_board: Damage = bytes,
        from_board: Damage = bytes,
    ) -> None:
        self._simulation, self._divisor, self._idle_bits = simulation, divisor, idle_bits
        self.to_board, self.from_board = to_board, from_board
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        reader, left = LineReader(self._divisor), 0
        while not self._ended.is_set():
            ready, _, _ = select.select([self._master], [], [], 0 if left > 0 else 0.05)
            sent = self.to_board(os.read(self._master, CHUNK)) if ready else b""
            if sent:
                line, left = levels(sent, self._divisor), self._idle_bits
            elif left > 0:
                bits = min(left, 20 * BITS_A_BYTE)
                line, left = idle(bits, self._divisor), left - bits
            else:
                continue
            tx = self._simulation.step(line.astype(np.uint64) | ~np.uint64(1))
            heard = self.from_board(reader.read((tx & np.uint64(1)).astype(np.uint8)))
            if heard:
                left = max(left, self._idle_bits)
                os.write(self._master, heard)

    def close(self) -> None:
        """Ends the port; the simulation stays."""
        self._ended.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def __enter__(self) -> SimulatedPort:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
