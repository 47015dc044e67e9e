"""How long a board needs for an answer, and how far apart requests must be."""

from __future__ import annotations

from hls_projects.board.protocol import CLASS_BYTES, OVERHEAD, Hello

BITS_A_BYTE = 10
# Clock cycles that the wrapper itself takes between a request and its answer, at most.
WRAPPER_CYCLES = 64
# Bytes by which clocks of both sides may drift apart over an answer, and a little more.
SPARE_BYTES = 4


def answer_bits(hello: Hello) -> int:
    """Bit times of an image's answer."""
    return BITS_A_BYTE * (OVERHEAD + CLASS_BYTES + hello.result_bytes)


def request_bits(hello: Hello) -> int:
    """Bit times of an image's request."""
    return BITS_A_BYTE * (OVERHEAD + hello.image_bytes)


def execution_bits(hello: Hello, divisor: int) -> int:
    """Bit times from the end of a request to the beginning of its answer, at most.

    Args:
        hello: of the board.
        divisor: clock cycles a bit.
    """
    cycles = hello.pixels + hello.latency + hello.classes + WRAPPER_CYCLES
    return -(-cycles // divisor)


def gap_bits(hello: Hello, divisor: int) -> int:
    """Bit times that must lie between two requests; 0 where they may follow at once.

    The sample of a request must have entered the network before the next one's comes, and its
    answer must be sent before the next request ends.
    """
    busy = execution_bits(hello, divisor) + answer_bits(hello)
    spare = BITS_A_BYTE * SPARE_BYTES
    entering = -(-hello.pixels // divisor) - BITS_A_BYTE * OVERHEAD
    return max(0, busy + spare - request_bits(hello), entering + spare)
