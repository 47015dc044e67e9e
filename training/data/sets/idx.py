"""The IDX file format that MNIST comes in: uint8 arrays after a big-endian header.

Bytes 0 and 1 are 0, byte 2 is 8, the code of uint8, byte 3 the number of dimensions; then come one
uint32 for each dimension and the values, last dimension fastest.
"""

from __future__ import annotations

import math
import struct

import numpy as np

UINT8 = 8


def read_idx(content: bytes, name: str = "IDX data") -> np.ndarray:
    """The uint8 array that `content` holds, read-only.

    Args:
        content: a whole file.
        name: what to call it in errors.

    Raises:
        ValueError: if it is no IDX file of uint8, or shorter or longer than its header says.
    """
    if len(content) < 4 or content[:2] != b"\0\0":
        raise ValueError(f"{name} is no IDX file: it must begin with two zero bytes.")
    kind, dimensions = content[2], content[3]
    if kind != UINT8 or not dimensions:
        raise ValueError(
            f"{name} must hold uint8 values (type 8) in one or more dimensions. "
            f"Received: type {kind}, {dimensions} dimensions"
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"{name} is truncated: its header alone takes {start} bytes.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{name} must be {start + math.prod(shape):,} bytes long, as its header says. "
            f"Received: {len(content):,} bytes"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The bytes before the values of a uint8 array of this shape."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, UINT8, len(shape), *shape)
