"""What a module that moves pixels is to put out for an image, bit by bit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hls_projects.proof.circuit import CircuitError
from hls_projects.proof.section import Values
from hls_projects.proof.stream.movers import Mover, Movers


@dataclass(frozen=True)
class Moved:
    """The bits of port y, each time that they are valid while an image leaves.

    Attributes:
        pixels: of an image that enters.
        pixel: int (times, bits), which of them each bit is of; -1 where it is of none.
        place: of that bit in the pixel, of the same shape.
        outside: int (bits), the bit where it is of no pixel.
    """

    pixels: int
    pixel: np.ndarray
    place: np.ndarray
    outside: np.ndarray

    @classmethod
    def by(cls, mover: Mover, movers: Movers, values: Values) -> Moved:
        """What a mover of one source is to put out.

        Args:
            mover: a window or the collector.
            movers: of the network.
            values: of a pixel that enters.

        Raises:
            CircuitError: if it puts a value where another one has another number of bits.
        """
        shape = movers.shapes[mover.sources[0]]
        whole = np.arange(math.prod(shape))[None]
        seen = whole if mover.kind == "collect" else movers.seen(mover)
        bits = np.array(values.bits)
        channels = len(bits)
        # Of each bit of y: the value that it is of, and which of its bits.
        value = np.repeat(np.arange(seen.shape[1]), np.resize(bits, seen.shape[1]))
        first = np.flatnonzero(np.diff(value, prepend=-1))
        bit = np.arange(len(value)) - first[value]
        source = seen[:, value]
        channel = source % channels
        if (bits[channel] != bits[value % channels])[source >= 0].any():
            raise CircuitError("values of different numbers of bits change places")
        lowest = movers.of_lowest(mover) & np.array(values.signed)[value % channels]
        return cls(
            pixels=math.prod(shape[:-1]),
            pixel=np.where(source < 0, -1, source // channels),
            place=(np.cumsum(bits) - bits)[channel] + bit,
            outside=(lowest & (bit == bits[value % channels] - 1)).astype(int),
        )
