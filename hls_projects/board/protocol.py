"""Frames over the serial line: what is sent, and what is taken for an answer.

A frame is a start byte, then kind, number, length (2 bytes), network (4), the payload and a CRC-32
of everything from kind to payload (4); numbers of several bytes stand lowest first.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

REQUEST_START = 0xA5
ANSWER_START = 0x5A
HEADER = struct.Struct("<BBBHI")
CHECKSUM = struct.Struct("<I")
OVERHEAD = HEADER.size + CHECKSUM.size
VERSION = 1
ANSWER = 0x80
# Of the class, before the logits.
CLASS_BYTES = 2
CLOCK = struct.Struct("<I")
TESTED = struct.Struct("<HHI")


class Kind(IntEnum):
    """What a request asks for."""

    HELLO = 0x01
    IMAGE = 0x02
    SELF_TEST = 0x03


ERROR = 0xFF


class Failure(IntEnum):
    """Why the board did not do what a frame asked for."""

    NO_START = 1
    BAD_KIND = 2
    BAD_LENGTH = 3
    BAD_CHECKSUM = 4
    OTHER_NETWORK = 5
    LOST_BYTE = 6
    BROKEN_BYTE = 7
    BUSY = 8


MEANINGS = {
    Failure.NO_START: "a byte came where no frame begins",
    Failure.BAD_KIND: "the kind of frame is unknown",
    Failure.BAD_LENGTH: "the length is not that of this kind of frame",
    Failure.BAD_CHECKSUM: "the checksum is wrong",
    Failure.OTHER_NETWORK: "the frame is for another network",
    Failure.LOST_BYTE: "a frame stopped before its end",
    Failure.BROKEN_BYTE: "a byte has no stop bit",
    Failure.BUSY: "an image came before the one before was answered",
}


class FrameError(ValueError):
    """Bytes that are no whole and undamaged frame."""


@dataclass(frozen=True)
class Frame:
    """A frame without its start byte and checksum.

    Args:
        kind: of Kind; in an answer with ANSWER added, or ERROR.
        number: of the request, 0 to 255, repeated in its answer.
        network: fingerprint of the network that it is for, or comes from.
        payload: what it carries.
    """

    kind: int
    number: int
    network: int
    payload: bytes = b""

    def encode(self, start: int = REQUEST_START) -> bytes:
        """The bytes of the line."""
        header = HEADER.pack(start, self.kind, self.number, len(self.payload), self.network)
        body = header + self.payload
        return body + CHECKSUM.pack(zlib.crc32(body[1:]))

    @classmethod
    def decode(cls, data: bytes, start: int = ANSWER_START) -> Frame:
        """The frame that the bytes are, all of them.

        Raises:
            FrameError: for a wrong start, length or checksum.
        """
        if len(data) < OVERHEAD or data[0] != start:
            raise FrameError(f"no frame begins with {data[:1].hex() or 'nothing'}")
        _, kind, number, length, network = HEADER.unpack_from(data)
        if len(data) != OVERHEAD + length:
            raise FrameError(f"{len(data)} bytes are not the {OVERHEAD + length} of the frame")
        body, (checksum,) = data[:-4], CHECKSUM.unpack_from(data, len(data) - 4)
        if zlib.crc32(body[1:]) != checksum:
            raise FrameError("the checksum is wrong")
        return cls(kind, number, network, body[HEADER.size :])


@dataclass(frozen=True)
class Hello:
    """What a board says of itself.

    Attributes:
        kilohertz: of the clock that the network runs on.
        network: fingerprint of the network.
        name: of the network.
        shape: of a sample; bits, signed, scale: how its floats become integers.
        pixels: clock cycles in which a sample enters the network.
        latency: clock cycles from a sample's first input to its logits.
        classes, logit_bits: logits, and bits of each.
        images: of the self-test; 0 without one.
        board: its name; baud: bits a second of the line.
    """

    kilohertz: int
    network: int
    name: str
    shape: tuple[int, ...]
    bits: int
    signed: bool
    scale: float | tuple[float, ...] | None
    pixels: int
    latency: int
    classes: int
    logit_bits: int
    images: int
    board: str
    baud: int

    @property
    def image_bytes(self) -> int:
        """Bytes of a sample's payload."""
        return -(-math.prod(self.shape) * self.bits // 8)

    @property
    def result_bytes(self) -> int:
        """Bytes of the logits of an answer."""
        return -(-self.classes * self.logit_bits // 8)

    def encode(self) -> bytes:
        """The payload of the answer to a hello: the clock in kHz, 4 bytes, then JSON."""
        said = {
            "version": VERSION,
            **{name: value for name, value in vars(self).items() if name != "kilohertz"},
        }
        text = json.dumps(said, separators=(",", ":")).encode()
        return CLOCK.pack(self.kilohertz) + text

    @classmethod
    def decode(cls, payload: bytes) -> Hello:
        """What the payload of an answer says.

        Raises:
            FrameError: if it is not understood.
        """
        try:
            said: dict[str, Any] = json.loads(payload[CLOCK.size :])
            if said.pop("version") != VERSION:
                raise FrameError(f"the board must speak version {VERSION} of the protocol")
            scale = said.pop("scale")
            scale = tuple(scale) if isinstance(scale, list) else scale
            return cls(CLOCK.unpack_from(payload)[0], scale=scale,
                       **{**said, "shape": tuple(said["shape"])})
        except (KeyError, TypeError, struct.error, ValueError) as error:
            raise FrameError(f"the board's hello is not understood: {error}") from error


@dataclass(frozen=True)
class SelfTest:
    """What a board's self-test found.

    Attributes:
        answered: results that the network gave.
        failures: those of them that differ in a bit.
        cycles: from the first input to the last result.
    """

    answered: int
    failures: int
    cycles: int

    @classmethod
    def decode(cls, payload: bytes) -> SelfTest:
        """What the payload of an answer says; FrameError for another length."""
        if len(payload) != TESTED.size:
            raise FrameError(f"a self-test of {len(payload)} bytes is not one of {TESTED.size}")
        return cls(*TESTED.unpack(payload))


def pack_images(x_int: np.ndarray, bits: int) -> list[bytes]:
    """Payloads of integer samples (n, …): `bits` of every integer, the first one lowest."""
    inputs = math.prod(x_int.shape[1:])
    planes = x_int.reshape(len(x_int), inputs, 1) >> np.arange(bits) & 1
    flat = planes.reshape(len(x_int), inputs * bits).astype(np.uint8)
    packed = np.packbits(flat, axis=1, bitorder="little")
    return [row.tobytes() for row in packed]


def unpack_result(payload: bytes, classes: int, logit_bits: int) -> tuple[int, np.ndarray]:
    """The class and the logits, int32, of an image's answer.

    Raises:
        FrameError: for another length.
    """
    expected = CLASS_BYTES + -(-classes * logit_bits // 8)
    if len(payload) != expected:
        raise FrameError(f"an answer of {len(payload)} bytes is not one of {expected}")
    data = np.frombuffer(payload, np.uint8, offset=CLASS_BYTES)
    bits = np.unpackbits(data, bitorder="little")[: classes * logit_bits]
    weights = 1 << np.arange(logit_bits, dtype=np.int64)
    weights[-1] *= -1
    logits = bits.reshape(classes, logit_bits) @ weights
    return int.from_bytes(payload[:CLASS_BYTES], "little"), logits.astype(np.int32)
