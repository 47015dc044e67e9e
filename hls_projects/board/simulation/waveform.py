"""Bytes as levels of a serial line, clock cycle by clock cycle, and back."""

from __future__ import annotations

import numpy as np

BITS_A_BYTE = 10  # with start and stop bit


def levels(data: bytes, divisor: int) -> np.ndarray:
    """Levels of a line, uint8 (cycles,), while the bytes are sent without gaps.

    Args:
        data: the bytes.
        divisor: clock cycles a bit.
    """
    bits = np.unpackbits(np.frombuffer(data, np.uint8)[:, None], axis=1, bitorder="little")
    framed = np.ones((len(data), BITS_A_BYTE), np.uint8)
    framed[:, 0] = 0
    framed[:, 1:-1] = bits
    return np.repeat(framed.reshape(-1), divisor)


def idle(bits: float, divisor: int) -> np.ndarray:
    """Levels of a line on which nothing is sent for some bit times."""
    return np.ones(int(round(bits * divisor)), np.uint8)


class LineReader:
    """Takes levels of one line as they come, and gives the bytes that they hold.

    Args:
        divisor: clock cycles a bit.

    Attributes:
        broken: how many bytes had no stop bit.
    """

    def __init__(self, divisor: int) -> None:
        self.divisor = divisor
        self.broken = 0
        self._left = np.zeros(0, np.uint8)

    def read(self, line: np.ndarray) -> bytes:
        """Bytes that are whole now that these levels, uint8 (cycles,), have come too."""
        line = np.concatenate([self._left, line])
        found, place = bytearray(), 0
        middles = self.divisor // 2 + self.divisor * np.arange(BITS_A_BYTE)
        while True:
            low = np.flatnonzero(line[place:] == 0)
            if not len(low):
                place = len(line)
                break
            start = place + int(low[0])
            if start + middles[-1] >= len(line):
                place = start
                break
            bits = line[start + middles]
            if bits[-1]:
                found.append(int(np.packbits(bits[1:-1], bitorder="little")[0]))
            else:
                self.broken += 1
            place = start + int(middles[-1])
        self._left = line[place:]
        return bytes(found)
